import { HIT_MESSAGE_BYTES, type ScanProgress } from "@yardarm/protocol/api/logs";
import type { ContainerId, HostId, OrgId } from "@yardarm/protocol/ids";
import type { LogsSince } from "../retention.ts";
import { type ChunkGroup, groupChunks, mapInOrder, unreadableLinesOf } from "./chunk-groups.ts";
import type { LineFilter } from "./scan/line-filter.ts";
import type { HitPlace, ScanAnswer, ScanHit, ScanResultOf } from "./scan/scan-job.ts";
import { SCAN_THREADS, type Scan, type ScanPool } from "./scan/scan-pool.ts";
import { type BudgetLimits, SCAN_BUDGET, ScanBudget } from "./scan-budget.ts";
import { scanProgress } from "./scan-progress.ts";
import type { StoredLogs } from "./stored-logs.ts";

/**
 * Groups of chunks that one search has under way. With two the next is read while one is scanned; where only one core is to
 * spare, reading and scanning take turns on it.
 */
export const SCANS_AHEAD = SCAN_THREADS;

export interface SearchedContainer {
  readonly containerId: ContainerId;
  readonly hostId: HostId;
}

export interface SearchQuery {
  readonly orgId: OrgId;
  readonly containers: readonly SearchedContainer[];
  readonly filter: LineFilter;
  readonly limit: number;
  /** The last hit of the page before. */
  readonly after: HitPlace | null;
  readonly signal: AbortSignal;
}

export interface SearchPage {
  /** Newest first. */
  readonly hits: readonly ScanHit[];
  /** Where the next page begins; `null`: there is none. */
  readonly next: HitPlace | null;
  readonly progress: ScanProgress;
}

export interface QueryTools {
  readonly logs: StoredLogs;
  readonly pool: ScanPool;
  readonly nowMs: () => number;
  readonly budget?: BudgetLimits;
}

/**
 * One page of a search, newest first, within the budget. In one container the order is its own (by seq, whatever its clock
 * did); between containers it is the stamps', and a page ends only where nothing newer can follow.
 */
export const searchLogs = async (tools: QueryTools, query: SearchQuery): Promise<SearchPage> => {
  const { logs, pool, nowMs } = tools;
  const scan = pool.open(query.orgId, query.filter);
  try {
    const containerIds = query.containers.map(({ containerId }) => containerId);
    const since = await logs.since(query.orgId, containerIds);
    const order = containerIds.length === 1 ? new SeqOrder(query) : new TimeOrder(query);
    const budget = new ScanBudget(tools.budget ?? SCAN_BUDGET, nowMs);
    const walk = await walkBack({ logs, scan, query, order, budget });
    const page = order.page(walk.stoppedBy === "end");
    const stoppedBy = walk.stoppedBy === "end" && page.next !== null ? "limit" : walk.stoppedBy;
    return {
      hits: page.hits,
      next: page.next,
      progress: scanProgress({
        ...{ containers: query.containers, since, filter: query.filter },
        ...{ stoppedBy, unreadableLines: walk.unreadableLines, bytesScanned: budget.rawBytes },
        scannedBackToNs: page.scannedBackToNs,
        evictedMeanwhile: isEvicted(query.after, since),
      }),
    };
  } finally {
    scan.close();
  }
};

type HitAnswer = ScanAnswer<ScanResultOf<"hits">>;

/** How hits of chunks become a page. */
interface PageOrder {
  /** Narrows what is read to what the page before left. */
  readonly bounds: { readonly untilNs: bigint | null; readonly beforeSeq: ReadonlyMap<ContainerId, number> };
  /** What the scan has to leave out because the page before had it. */
  readonly before: HitPlace | null;
  take(group: ChunkGroup, answer: HitAnswer): void;
  readonly isFull: boolean;
  /** False as long as a page that ended here would be where it began. */
  readonly hasAdvanced: boolean;
  page(isEnd: boolean): CutPage;
}

interface CutPage {
  readonly hits: readonly ScanHit[];
  /** `null` at the end. */
  readonly next: HitPlace | null;
  readonly scannedBackToNs: bigint | null;
}

const walkBack = async (options: {
  readonly logs: StoredLogs;
  readonly scan: Scan;
  readonly query: SearchQuery;
  readonly order: PageOrder;
  readonly budget: ScanBudget;
}): Promise<{ readonly stoppedBy: ScanProgress["stoppedBy"]; readonly unreadableLines: number }> => {
  const { logs, scan, query, order, budget } = options;
  const { orgId, containers, filter, limit, signal } = query;
  const { untilNs, beforeSeq } = order.bounds;
  const reads = logs.chunks({
    ...{ orgId, order: "newest", beforeSeq, signal },
    containerIds: containers.map(({ containerId }) => containerId),
    ...(filter.sinceNs === null ? {} : { sinceNs: filter.sinceNs }),
    ...(untilNs === null ? {} : { untilNs }),
    ...(filter.levelMask === null ? {} : { levelMask: filter.levelMask }),
  });
  const { before } = order;
  let unreadableLines = 0;
  // One more than a page has: whether another page follows is known without reading on.
  const job = { kind: "hits", limit: limit + 1, before, messageBytes: HIT_MESSAGE_BYTES } as const;
  const answers = mapInOrder(groupChunks(reads, budget.limitBytes), SCANS_AHEAD, ({ chunks }) =>
    scan.run<"hits">(job, chunks),
  );
  for await (const [group, answer] of answers) {
    signal.throwIfAborted();
    budget.spend(group.rawBytes);
    unreadableLines += unreadableLinesOf(group, answer.unreadable);
    order.take(group, answer);
    if (group.next === null) break;
    if (order.isFull) return { stoppedBy: "limit", unreadableLines };
    if (budget.isSpent && order.hasAdvanced) return { stoppedBy: "budget", unreadableLines };
  }
  return { stoppedBy: "end", unreadableLines };
};

/** The page that the first `limit` hits make when more are known. */
const fullPage = (hits: readonly ScanHit[], limit: number): CutPage => {
  const page = hits.slice(0, limit);
  const last = page.at(-1);
  const next = last === undefined ? null : placeOf(last);
  return { hits: page, next, scannedBackToNs: next?.tsNs ?? null };
};

/** One container: by seq, which no clock can disturb. */
class SeqOrder implements PageOrder {
  readonly bounds: PageOrder["bounds"];
  readonly before = null;
  readonly #limit: number;
  readonly #hits: ScanHit[] = [];
  /** Where the scanned lines begin. */
  #oldest: HitPlace | null = null;

  constructor({ containers, filter, limit, after }: SearchQuery) {
    const beforeSeq = new Map<ContainerId, number>();
    if (after !== null) for (const { containerId } of containers) beforeSeq.set(containerId, after.seq);
    this.bounds = { untilNs: filter.untilNs, beforeSeq };
    this.#limit = limit;
  }

  take(group: ChunkGroup, { result }: HitAnswer): void {
    this.#hits.push(...result.hits);
    const oldest = group.chunks.at(-1);
    if (oldest === undefined) return;
    this.#oldest = { tsNs: oldest.minTsNs, containerId: oldest.containerId, seq: oldest.wanted.fromSeq };
  }

  get isFull(): boolean {
    return this.#hits.length >= this.#limit;
  }

  get hasAdvanced(): boolean {
    return this.#oldest !== null;
  }

  page(isEnd: boolean): CutPage {
    const hits = this.#hits;
    if (hits.length > this.#limit || (this.isFull && !isEnd)) return fullPage(hits, this.#limit);
    return { hits, next: isEnd ? null : this.#oldest, scannedBackToNs: this.#oldest?.tsNs ?? null };
  }
}

/** Many containers: by stamp. A hit is certain once every chunk that could hold a newer one was scanned. */
class TimeOrder implements PageOrder {
  readonly bounds: PageOrder["bounds"];
  readonly before: HitPlace | null;
  readonly #limit: number;
  readonly #hits: ScanHit[] = [];
  /** Nothing that was not scanned is newer; `null`: nothing was scanned. */
  #frontierNs: bigint | null = null;

  constructor({ filter, limit, after }: SearchQuery) {
    const untilNs = after === null ? filter.untilNs : after.tsNs + 1n;
    this.bounds = { untilNs, beforeSeq: new Map() };
    this.before = after;
    this.#limit = limit;
  }

  take(group: ChunkGroup, { result }: HitAnswer): void {
    this.#hits.push(...result.hits);
    this.#hits.sort(byTimeDescending);
    // More than a page and one is never needed, certain or not.
    this.#hits.length = Math.min(this.#hits.length, this.#limit + 1);
    this.#frontierNs = group.next?.maxTsNs ?? this.#frontierNs;
  }

  get isFull(): boolean {
    return this.#certain().length >= this.#limit;
  }

  get hasAdvanced(): boolean {
    return this.#frontierNs !== null && (this.before === null || this.#frontierNs < this.before.tsNs);
  }

  page(isEnd: boolean): CutPage {
    const hits = isEnd ? this.#hits : this.#certain();
    if (hits.length > this.#limit || (hits.length === this.#limit && !isEnd)) return fullPage(hits, this.#limit);
    if (isEnd) return { hits, next: null, scannedBackToNs: null };
    const frontierNs = this.#frontierNs ?? 0n;
    return { hits, next: { tsNs: frontierNs, containerId: null, seq: 0 }, scannedBackToNs: frontierNs + 1n };
  }

  #certain(): readonly ScanHit[] {
    const frontierNs = this.#frontierNs;
    return frontierNs === null ? [] : this.#hits.filter(({ tsNs }) => BigInt(tsNs) > frontierNs);
  }
}

const placeOf = ({ tsNs, containerId, seq }: ScanHit): HitPlace => ({ tsNs: BigInt(tsNs), containerId, seq });

/** Newest stamp first, then highest container, then highest seq: the order that a `HitPlace` is a place in. */
const byTimeDescending = (a: ScanHit, b: ScanHit): number => {
  if (a.tsNs !== b.tsNs) return BigInt(a.tsNs) > BigInt(b.tsNs) ? -1 : 1;
  if (a.containerId !== b.containerId) return a.containerId > b.containerId ? -1 : 1;
  return b.seq - a.seq;
};

/** True when retention took everything behind the place at which the page begins. */
const isEvicted = (after: HitPlace | null, since: ReadonlyMap<ContainerId, LogsSince>): boolean => {
  if (after === null) return false;
  const kept = [...since].filter(([containerId, { firstSeq, firstTsNs }]) =>
    since.size === 1 && containerId === after.containerId ? firstSeq < after.seq : firstTsNs <= after.tsNs,
  );
  return kept.length === 0;
};

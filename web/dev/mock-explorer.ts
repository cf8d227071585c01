import type { LogHit, LogSelectionQuery } from "@yardarm/protocol/api/logs";
import { histogramQuerySchema, logDownloadQuerySchema, logSearchQuerySchema } from "@yardarm/protocol/api/logs";
import { nsOfBound, type TimeBound } from "@yardarm/protocol/api/time-bound";
import { createViewRequestSchema, type SavedView } from "@yardarm/protocol/api/views";
import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type UserId, type ViewId } from "@yardarm/protocol/ids";
import { isInMask, type LevelMask, type LevelName, levelName, parseLevelName } from "@yardarm/protocol/log/level";
import type { MockFleet } from "./mock-fleet.ts";
import type { Answer, MockRequest } from "./mock-routes.ts";

/** What the mock hub answers the logs explorer: a search over the lines that its logs are made of, and saved views. */

const SCANNED_LINES = 600;
const GAP_MS = 200;
/** Few, so that there are more. */
const MOST_IN_A_FILE = 10;

export class MockExplorer {
  readonly #fleet: MockFleet;
  #views: SavedView[] = [];

  constructor(fleet: MockFleet) {
    this.#fleet = fleet;
  }

  /** `null` for what is not its business. */
  handle(request: MockRequest, userId: UserId): Answer | null {
    const [, , collection = "", id = ""] = request.path.split("/");
    if (`${request.method} ${request.path}` === "GET /api/logs/search") return this.#search(request);
    if (request.path === "/api/logs/download/plan") return this.#plan(request);
    if (request.path.endsWith("/logs/context")) return this.#context(request);
    if (request.path.endsWith("/logs/histogram")) return this.#histogram(request);
    if (request.path.endsWith("/logs/range")) return this.#range(request);
    if (collection !== "views") return null;
    if (request.method === "GET") return { status: 200, body: { items: this.#views, nextCursor: null } };
    if (request.method === "POST") return this.#create(request, userId);
    this.#views = this.#views.filter(({ viewId }) => viewId !== id);
    return { status: 204 };
  }

  #create({ body }: MockRequest, ownerId: UserId): Answer {
    const viewId = asId<ViewId>(`viw_${(this.#views.length + 1).toString().padStart(20, "0")}`);
    const view = { viewId, ownerId, createdAt: new Date().toISOString(), ...createViewRequestSchema.parse(body) };
    this.#views.push(view);
    return { status: 201, body: view };
  }

  #search({ query }: MockRequest): Answer {
    const wanted = logSearchQuerySchema.parse(Object.fromEntries(query));
    const containers = [...this.#fleet.containers.values()].filter((container) => isWanted(container, wanted));
    const hits = containers.flatMap((container) => this.#hitsIn(container, wanted));
    const newestFirst = hits.toSorted((one, other) => (one.tsNs < other.tsNs ? 1 : -1));
    const from = Number(wanted.cursor ?? 0);
    const items = newestFirst.slice(from, from + wanted.limit);
    const next = from + items.length;
    const isComplete = next >= newestFirst.length;
    const hosts = new Set(containers.map(({ hostId }) => hostId)).size;
    const progress = {
      scannedBackToNs: items.at(-1)?.tsNs ?? null,
      isComplete,
      bytesScanned: containers.length * SCANNED_LINES * 48,
      containersDone: isComplete ? containers.length : 0,
      containersTotal: containers.length,
      hostsDone: isComplete ? hosts : Math.max(0, hosts - 2),
      hostsTotal: hosts,
      stoppedBy: isComplete ? "end" : "limit",
      unreadableLines: 0,
    };
    const named = Object.fromEntries(
      containers.map(({ containerId, name, hostId }) => {
        return [containerId, { name, hostId, hostName: this.#fleet.hosts.get(hostId)?.name ?? "" }];
      }),
    );
    const nextCursor = isComplete ? null : String(next);
    return { status: 200, body: { items, containers: named, nextCursor, progress } };
  }

  /** More containers than one file takes are refused, as the hub does. */
  #plan({ query }: MockRequest): Answer {
    const wanted = logDownloadQuerySchema.parse(Object.fromEntries(query));
    const containers = [...this.#fleet.containers.values()].filter((one) => isWanted(one, wanted)).length;
    if (containers > MOST_IN_A_FILE) {
      throw new ProtocolError(
        "invalid_request",
        `container: ${containers} containers have lines there, and one file takes those of ${MOST_IN_A_FILE}. Choose fewer, or a shorter time.`,
      );
    }
    return { status: 200, body: { containers, lines: null } };
  }

  #hitsIn(container: Container, wanted: Wanted): readonly LogHit[] {
    const fits = matcherOf(wanted);
    const profile = this.#fleet.logs.profile(container);
    const endSeq = this.#fleet.logs.nextSeq(container);
    const hits: LogHit[] = [];
    for (let seq = Math.max(0, endSeq - SCANNED_LINES); seq < endSeq; seq++) {
      const line = profile.line(seq);
      if (typeof line.text !== "string") continue;
      const hit: LogHit = {
        containerId: container.containerId,
        workloadId: container.workloadId,
        seq,
        tsNs: `${BigInt(Date.now() - (endSeq - seq) * GAP_MS) * 1_000_000n}`,
        stream: line.isStderr === true ? "stderr" : "stdout",
        level: levelName(line.level ?? 0),
        message: line.text,
      };
      if (fits(hit)) hits.push(hit);
    }
    return hits;
  }

  /** The one that gives up half-way is a database, as such things are. */
  #histogram({ path, query }: MockRequest): Answer {
    const container = this.#containerOf(path);
    const wanted = histogramQuerySchema.parse(Object.fromEntries(query));
    const [fromNs, toNs] = [boundNs(wanted.since), boundNs(wanted.until)];
    const bucketNs = (toNs - fromNs) / BigInt(wanted.buckets);
    const counts: Partial<Record<LevelName, number[]>> = {};
    const isSlow = container.name === SLOW_TO_COUNT;
    const halfNs = fromNs + (bucketNs * BigInt(wanted.buckets)) / 2n;
    const hits = this.#hitsIn(container, wanted).filter(({ tsNs }) => !isSlow || BigInt(tsNs) >= halfNs);
    for (const { level, tsNs } of hits) {
      const column = counts[level] ?? Array.from({ length: wanted.buckets }, () => 0);
      counts[level] = column;
      const bucket = Number((BigInt(tsNs) - fromNs) / bucketNs);
      column[bucket] = (column[bucket] ?? 0) + 1;
    }
    const progress = {
      scannedBackToNs: `${isSlow ? halfNs : fromNs}`,
      isComplete: !isSlow,
      ...{ bytesScanned: SCANNED_LINES * 48, containersDone: 1, containersTotal: 1, hostsDone: 1, hostsTotal: 1 },
      ...{ stoppedBy: isSlow ? "budget" : "end", unreadableLines: 0 },
    };
    const span = { fromNs: `${fromNs}`, toNs: `${toNs}`, bucketNs: `${bucketNs}` };
    return { status: 200, body: { ...span, counts, total: hits.length, progress } };
  }

  #range({ path }: MockRequest): Answer {
    const { containerId } = this.#containerOf(path);
    const sinceNs = `${BigInt(Date.now() - SCANNED_LINES * GAP_MS) * 1_000_000n}`;
    const range = { firstSeq: 0, lastSeq: SCANNED_LINES - 1, sinceNs, untilNs: `${Date.now()}000000`, reason: null };
    return { status: 200, body: { containerId, ...range } };
  }

  #containerOf(path: string): Container {
    const [, , , containerId = ""] = path.split("/");
    const container = this.#fleet.containers.get(asId(containerId));
    if (container === undefined) throw new ProtocolError("not_found", "There is no such container.");
    return container;
  }

  #context({ path, query }: MockRequest): Answer {
    const container = this.#containerOf(path);
    const profile = this.#fleet.logs.profile(container);
    const seq = Number(query.get("seq"));
    const around = Number(query.get("before"));
    const endSeq = this.#fleet.logs.nextSeq(container);
    const items = Array.from({ length: 2 * around + 1 }, (_, index) => seq - around + index)
      .filter((at) => at >= 0 && at < endSeq)
      .map((at) => {
        const line = profile.line(at);
        const ts = new Date(Date.now() - (endSeq - at) * GAP_MS).toISOString();
        const stream = line.isStderr === true ? "stderr" : "stdout";
        return { seq: at, ts, stream, level: levelName(line.level ?? 0), message: String(line.text) };
      });
    return { status: 200, body: { containerId: container.containerId, items } };
  }
}

type Wanted = {
  readonly q?: string | undefined;
  readonly regex?: boolean | undefined;
  readonly level?: LevelMask | undefined;
  readonly since?: TimeBound | undefined;
  readonly until?: TimeBound | undefined;
};

/** The parts of a selection narrow each other. */
const isWanted = ({ containerId, hostId, compose, labels }: Container, wanted: LogSelectionQuery): boolean => {
  const [label = "", ...value] = wanted.label?.split("=") ?? [];
  return (
    (wanted.container?.includes(containerId) ?? true) &&
    (wanted.host?.includes(hostId) ?? true) &&
    (wanted.compose === undefined || compose?.project === wanted.compose) &&
    (wanted.label === undefined || (label in labels && (value.length === 0 || labels[label] === value.join("="))))
  );
};

const SLOW_TO_COUNT = "shop-db-1";

const boundNs = (bound: TimeBound | undefined): bigint =>
  bound === undefined ? 0n : nsOfBound(bound, BigInt(Date.now()) * 1_000_000n);

const matcherOf = ({ q = "", regex = false, level, since, until }: Wanted): ((hit: LogHit) => boolean) => {
  const [fromNs, toNs] = [boundNs(since), until === undefined ? null : boundNs(until)];
  const hasText = regex ? patternOf(q) : (text: string) => text.toLowerCase().includes(q.toLowerCase());
  return (hit) => {
    const atNs = BigInt(hit.tsNs);
    const isInTime = atNs >= fromNs && (toNs === null || atNs < toNs);
    return isInTime && (level === undefined || isInMask(level, parseLevelName(hit.level) ?? 0)) && hasText(hit.message);
  };
};

const patternOf = (source: string): ((text: string) => boolean) => {
  try {
    const pattern = new RegExp(source, "i");
    return (text) => pattern.test(text);
  } catch {
    throw new ProtocolError("invalid_request", "q: not a regular expression: missing closing )");
  }
};

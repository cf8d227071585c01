/**
 * Reads older lines than the hub has from the engine's own log, page by page, when the hub orders it: signed, one page
 * at a time, bounded in lines, bytes and time, and nothing of it is numbered or kept.
 */
import type { LogRead, LogReadCancel } from "@yardarm/protocol/agent-down/log-read";
import type { DockerId, HostId, HubId, OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder, type Compress } from "@yardarm/protocol/log/batch-encoder";
import { streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { PAGE_PREFIX_BYTES, type PageEnd, writePagePrefix } from "@yardarm/protocol/log/page-frame";
import type { LogReadOrder } from "@yardarm/protocol/log-read";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import type { ContainerDetails } from "../../docker/container-details.ts";
import { LevelTracker } from "../level/continuation.ts";
import type { LogSources, ReadFrom } from "../log-source.ts";
import { parseReadOrder } from "./read-through-order.ts";
import { type PageLine, PageReading, type PageResult } from "./read-through-page.ts";
import type { LineRedaction } from "../redaction.ts";

/** The session in which an order was given: it is worth nothing in another one. */
export type ReadThroughSession = {
  readonly orgId: OrgId;
  readonly sessionNonce: string;
  /** Hub time, ns since the epoch. */
  hubNowNs(): bigint;
};

export type ReadThroughOptions = {
  readonly hubId: HubId;
  readonly hostId: HostId;
  readonly sources: LogSources;
  /** `null` for a container that is not known. */
  describe(dockerId: DockerId): ContainerDetails | null;
  /** Verifies against the pinned keys. */
  isSigned(purpose: SigningPurpose, signed: LogRead): boolean;
  /** False where the host's owner, or a label, keeps this log from being read. */
  mayRead(container: ContainerDetails): boolean;
  /** As for the lines that are shipped. */
  readonly redaction: LineRedaction | null;
  /** Drops the frame while there is no connection. */
  sendFrame(frame: Uint8Array): boolean;
  readonly compress: Compress;
  readonly clock: { nowNs(): bigint; setTimer(delayMs: number, callback: () => void): () => void };
};

type Running = { readonly request: number; reading: PageReading | null; isCancelled: boolean };
type Page = { readonly end: PageEnd; readonly lines: readonly PageLine[] };

/** A page that takes longer is given up, with what a shorter look back has brought. */
const PAGE_TIME_MS = 12_000;
/** How far to look back at first: most logs have a page in less. */
const FIRST_LOOK_BACK_NS = 60n * 1_000_000_000n;
const LOOK_FURTHER = 30n;
const LONGEST_LOOK_BACK_NS = 24n * 3600n * 1_000_000_000n;

export class ReadThrough {
  readonly #options: ReadThroughOptions;
  #session: ReadThroughSession | null = null;
  #running: Running | null = null;

  constructor(options: ReadThroughOptions) {
    this.#options = options;
  }

  online(session: ReadThroughSession): void {
    this.#session = session;
  }

  offline(): void {
    this.#session = null;
    this.#end();
  }

  cancel({ request }: LogReadCancel): void {
    if (this.#running?.request === request) this.#end();
  }

  /** Takes an order. Whatever becomes of it is answered by a page; never rejects. */
  async take(message: LogRead): Promise<void> {
    const { request } = message;
    const order = this.#open(message);
    if (order === null) {
      this.#answer(request, { end: "refused", lines: [] });
      return;
    }
    const container = this.#options.describe(order.dockerId);
    if (container === null) this.#answer(request, { end: "gone", lines: [] });
    else if (!this.#options.mayRead(container)) this.#answer(request, { end: "denied", lines: [] });
    else if (this.#running !== null) this.#answer(request, { end: "busy", lines: [] });
    else await this.#read(order, container);
  }

  /** The order that the hub signed, for this host and this session, in time; otherwise `null`. */
  #open(message: LogRead): LogReadOrder | null {
    const { hubId, hostId, isSigned } = this.#options;
    const session = this.#session;
    if (session === null || !isSigned("log-read", message)) return null;
    const order = parseReadOrder(message.payload);
    const isMeant =
      order.request === message.request &&
      order.sessionNonce === session.sessionNonce &&
      order.orgId === session.orgId &&
      order.hubId === hubId &&
      order.hostId === hostId &&
      session.hubNowNs() <= BigInt(order.expiresAtNs);
    return isMeant ? order : null;
  }

  async #read(order: LogReadOrder, container: ContainerDetails): Promise<void> {
    const running: Running = { request: order.request, reading: null, isCancelled: false };
    this.#running = running;
    const cancelTimer = this.#options.clock.setTimer(PAGE_TIME_MS, () => running.reading?.cancel());
    try {
      const page = await this.#findPage(running, order, container);
      if (!running.isCancelled) this.#answer(order.request, page);
    } finally {
      cancelTimer();
      if (this.#running === running) this.#running = null;
    }
  }

  /** Looks back further and further: an engine's log can only be read forwards, and may be long. */
  async #findPage(running: Running, order: LogReadOrder, container: ContainerDetails): Promise<Page> {
    const { sources, clock, redaction } = this.#options;
    const [oldest] = order.before;
    const endNs = oldest === undefined ? clock.nowNs() : BigInt(oldest.tsNs);
    let best: Page = { end: "failed", lines: [] };
    for (let backNs = FIRST_LOOK_BACK_NS; ; backNs *= LOOK_FURTHER) {
      if (running.isCancelled) return best;
      const isWhole = backNs > LONGEST_LOOK_BACK_NS || endNs - backNs < container.createdAtNs;
      const from: ReadFrom = isWhole ? { kind: "beginning" } : { kind: "since", tsNs: endNs - backNs };
      const { source } = sources.choose(container);
      running.reading = new PageReading({ ...order, source, container, from, redaction });
      const result: PageResult = await running.reading.result;
      running.reading = null;
      if (result.kind !== "read") return result.kind === "gone" ? { end: "gone", lines: [] } : best;
      const { lines, isCut, sawBefore } = result;
      if (isCut && lines.length > 0) return { end: "more", lines };
      if (isWhole) return { end: lines.length === 0 && !sawBefore ? "gone" : "begins", lines };
      if (lines.length > 0) best = { end: "more", lines };
    }
  }

  #answer(request: number, { end, lines }: Page): void {
    const { sendFrame, compress } = this.#options;
    const levels = [new LevelTracker(), new LevelTracker()] as const;
    let left = lines;
    for (;;) {
      const encoder = new BatchEncoder();
      for (const tracker of levels) tracker.reset();
      const isWhole = left.every(({ flags, seconds, nanos, text, originalLength }) => {
        const marked = levels[streamOfFlags(flags)].classify(flags, text, 0, text.length);
        return encoder.append(seconds, nanos, marked, text, 0, text.length, originalLength);
      });
      if (isWhole) {
        const frame =
          left.length === 0
            ? new Uint8Array(PAGE_PREFIX_BYTES)
            : encoder.finish(0, { prefixBytes: PAGE_PREFIX_BYTES, compress });
        writePagePrefix(frame, request, left.length < lines.length ? "more" : end);
        sendFrame(frame);
        return;
      }
      // Lines too far apart for one batch: the newer ones are the page.
      left = left.slice(Math.ceil(left.length / 2));
    }
  }

  #end(): void {
    if (this.#running === null) return;
    this.#running.isCancelled = true;
    this.#running.reading?.cancel();
    this.#running = null;
  }
}

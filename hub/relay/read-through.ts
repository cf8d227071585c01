import { zstdDecompressSync } from "node:zlib";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, DockerId, HostId, OrgId } from "@yardarm/protocol/ids";
import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { CURSOR_TAIL_LINES } from "@yardarm/protocol/log/cursor";
import type { PageEnd } from "@yardarm/protocol/log/page-frame";
import { hashText } from "@yardarm/protocol/log/text-hash";
import type { LineMark, LogReadQuestion } from "@yardarm/protocol/log-read";
import type { CommittedLog } from "./log/committed-log.ts";
import { decodeFrame, frameOf } from "./log/log-frame.ts";
import { CANCEL_PAGE, type PageAnswer, READ_PAGE } from "./page-requests.ts";

/** How requests reach the node that holds the agent (`request-router.ts`). */
export interface HostRequests {
  request(request: {
    readonly orgId: OrgId;
    readonly hostId: HostId;
    readonly kind: string;
    readonly body: unknown;
    readonly timeoutMs: number;
  }): Promise<unknown>;
}

export interface ReadThroughOptions {
  readonly log: Pick<CommittedLog, "firstSeq" | "readRange">;
  readonly router: HostRequests;
  /** Where the container is; `undefined` for one that this org does not have. */
  readonly locate: (
    orgId: OrgId,
    containerId: ContainerId,
  ) => { readonly hostId: HostId; readonly dockerId: DockerId } | undefined;
  readonly newKey: () => string;
}

export interface HostPageRequest {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  /** `HostPage.before` of the page behind the wanted one; `null`: the page in front of the oldest stored line. */
  readonly before: readonly LineMark[] | null;
  readonly maxLines: number;
  readonly signal: AbortSignal;
}

/** Lines of the engine's own log, ascending. They have no seq: `batch.firstSeq` means nothing. */
export interface HostPage {
  readonly batch: LogBatch | null;
  /** What lies before it: perhaps more, nothing (the log begins here), or something that the engine no longer has. */
  readonly end: Extract<PageEnd, "more" | "begins" | "gone">;
  /** Asks for the page in front of this one; `null` where there is none. */
  readonly before: readonly LineMark[] | null;
}

const ANSWER_MS = 20_000;
/** Pages that may wait for one host; one is read at a time. */
const MOST_WAITING = 8;
const MARK_BYTES = 64 * 1024;

/** Reads on, beyond what is stored, in the logs that the hosts' engines keep themselves (LOGS-15). Nothing of it is stored. */
export class ReadThrough {
  readonly #options: ReadThroughOptions;
  readonly #queues = new Map<HostId, { last: Promise<void>; waiting: number }>();

  constructor(options: ReadThroughOptions) {
    this.#options = options;
  }

  /**
   * @throws ProtocolError `not_found`, `agent_offline`, `agent_timeout`, `busy` (too many wait for this host), `policy_denied`
   *   (the host's owner does not allow it), `log_unreadable`; the signal's reason when it is aborted
   */
  async page(request: HostPageRequest): Promise<HostPage> {
    const { orgId, containerId, maxLines, signal } = request;
    const place = this.#options.locate(orgId, containerId);
    if (place === undefined) throw new ProtocolError("not_found", "There is no such container.");
    const { hostId, dockerId } = place;
    const key = this.#options.newKey();
    return this.#inTurn(hostId, async () => {
      signal.throwIfAborted();
      const before = [...(request.before ?? (await this.#oldestStored(orgId, containerId)))];
      const body: LogReadQuestion = { key, dockerId, before, maxLines };
      const answered = this.#options.router.request({ orgId, hostId, kind: READ_PAGE, body, timeoutMs: ANSWER_MS });
      const aborted = Promise.withResolvers<never>();
      const abort = (): void => {
        this.#options.router
          .request({ orgId, hostId, kind: CANCEL_PAGE, body: key, timeoutMs: ANSWER_MS })
          .catch(() => {}); // the host gives up by itself, a little later
        aborted.reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      try {
        return pageOf((await Promise.race([answered, aborted.promise])) as PageAnswer, maxLines);
      } finally {
        signal.removeEventListener("abort", abort);
        answered.catch(() => {}); // it lost the race
      }
    });
  }

  async #inTurn<Result>(hostId: HostId, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(hostId) ?? { last: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= MOST_WAITING) {
      throw new ProtocolError("busy", "Too many people read this host's own logs at the moment. Try again soon.");
    }
    this.#queues.set(hostId, queue);
    queue.waiting += 1;
    const mine = queue.last.then(work);
    queue.last = mine.then(
      () => {},
      () => {},
    );
    try {
      return await mine;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(hostId);
    }
  }

  /** The oldest stored lines, up to the first loss record: in front of them the host's log goes on. */
  async #oldestStored(orgId: OrgId, containerId: ContainerId): Promise<readonly LineMark[]> {
    const { log } = this.#options;
    const firstSeq = await log.firstSeq(orgId, containerId);
    if (firstSeq === null) return [];
    const toSeq = firstSeq + 2 * CURSOR_TAIL_LINES;
    const batches = await log.readRange({ orgId, containerId, fromSeq: firstSeq, toSeq, maxBytes: MARK_BYTES });
    const marks: LineMark[] = [];
    for (const stored of batches) {
      const batch = decodeFrame(frameOf(1, stored));
      for (let index = 0; index < batch.lineCount; index++) {
        if (marks.length === CURSOR_TAIL_LINES) return marks;
        if (batch.header.firstSeq + index < firstSeq) continue;
        if (!batch.isLoss(index)) marks.push(markOf(batch, index));
        else if (marks.length > 0) return marks;
      }
    }
    return marks;
  }
}

const markOf = (batch: LogBatch, index: number): LineMark => ({
  tsNs: String(batch.tsNs(index)),
  hash: hashText(batch.lineBytes(index)),
});

const pageOf = ({ end, batch: text }: PageAnswer, maxLines: number): HostPage => {
  switch (end) {
    case "denied":
      throw new ProtocolError("policy_denied", "The host's owner does not let this log be read.");
    case "busy":
      throw new ProtocolError("busy", "The host is reading another log at the moment. Try again soon.");
    case "failed":
      throw new ProtocolError("log_unreadable", "The host's engine could not read so far back in time.");
    case "refused":
      throw new ProtocolError("internal", "The host's agent refused the order.");
    default:
  }
  if (text === null) return { batch: null, end, before: null };
  const bytes = Buffer.from(text, "base64");
  const { lineCount } = readBatchHeader(bytes);
  if (lineCount > maxLines) throw new ProtocolError("malformed_frame", "The host sent more lines than were asked for.");
  const batch = decodeBatch(bytes, {
    decompress: (body, maxBytes) => zstdDecompressSync(body, { maxOutputLength: maxBytes }),
  });
  const marks = Array.from({ length: Math.min(lineCount, CURSOR_TAIL_LINES) }, (_, index) => markOf(batch, index));
  return { batch, end, before: end === "more" ? marks : null };
};

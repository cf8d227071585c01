import { parentPort, workerData } from "node:worker_threads";
import { ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import { stepBack } from "../../step-back.ts";
import { compileMatcher, type LineMatcher } from "./line-matcher.ts";
import { buffersOf } from "./line-run.ts";
import { scanChunks } from "./scan-chunks.ts";
import type { ScanResult } from "./scan-job.ts";
import type { ThreadLimits, ThreadReply, ThreadTask } from "./scan-messages.ts";

/** Body of a scan thread: opens chunks, searches them, writes lines. It may be ended at any moment. */

/** Expressions stay compiled for this many scans. */
const KEPT_MATCHERS = 32;

const { patternMs } = workerData as ThreadLimits;
const matchers = new Map<number, LineMatcher | null>();
let startedAt = 0;

const checkTime = (): void => {
  if (performance.now() - startedAt > patternMs) {
    throw new ProtocolError("pattern_too_costly", "This expression takes too long on these lines.");
  }
};

const matcherOf = ({ scanId, request }: ThreadTask): LineMatcher | null => {
  const known = matchers.get(scanId);
  if (known !== undefined) return known;
  const { pattern } = request.filter;
  const matcher = pattern === null ? null : compileMatcher(pattern, { checkTime });
  matchers.set(scanId, matcher);
  for (const oldest of matchers.keys()) {
    if (matchers.size <= KEPT_MATCHERS) break;
    matchers.delete(oldest);
  }
  return matcher;
};

const transfersOf = (result: ScanResult): ArrayBuffer[] => {
  if (result.kind === "lines" || result.kind === "merge") return [result.bytes.buffer];
  if (result.kind === "run") return [...buffersOf(result.run)];
  if (result.kind === "seqs") return [result.seqs.buffer];
  return result.kind === "histogram" ? [result.counts.buffer] : [];
};

stepBack();
const port = parentPort;
port?.on("message", (task: ThreadTask) => {
  startedAt = performance.now();
  try {
    const answer = scanChunks(task.request, matcherOf(task));
    const reply: ThreadReply = { kind: "done", answer };
    port.postMessage(reply, transfersOf(answer.result));
  } catch (error) {
    const { code, message } = toProtocolError(error);
    const stack = error instanceof Error ? (error.stack ?? error.message) : "failed";
    const reply: ThreadReply = { kind: "failed", code, message, stack };
    port.postMessage(reply);
  }
});
const ready: ThreadReply = { kind: "ready" };
port?.postMessage(ready);

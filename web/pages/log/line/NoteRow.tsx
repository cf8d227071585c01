import { type LossReason, type LossRecord, parseLoss } from "@yardarm/protocol/log/loss";
import { formatBytes } from "../../../format/bytes.ts";
import { formatCount, formatPlural } from "../../../format/percent.ts";
import { formatClock, nsToMs } from "../../../format/time.ts";
import type { LogChunk } from "../../../live/log-chunk.ts";
import type { FetchState } from "../../../live/log-fetcher.ts";
import type { LogHole } from "../../../live/log-store.ts";

/** Rows that are no lines: what was lost, what is not loaded, what is hidden. */

const LOSS_WORDS: Readonly<Record<LossReason, string>> = {
  rotated: "the engine had rotated them away before they were read",
  before_enrollment: "written before this host was added",
  source_error: "the engine could not deliver them",
  truncated_source: "the log file was emptied",
  policy: "a policy leaves them out",
};

/** Not here, and why: how much if known, when. What nobody had asked for is left out; everything else is lost for good. */
export const lossText = ({ reason, fromTsNs, toTsNs, lines, bytes }: LossRecord): string => {
  const what = lines === undefined ? "Lines" : formatPlural(lines, "line");
  const size = bytes === undefined ? "" : ` (${formatBytes(bytes)})`;
  const from = formatClock(nsToMs(fromTsNs) ?? 0);
  const to = formatClock(nsToMs(toTsNs) ?? 0);
  const when = from === to ? `at ${from}` : `between ${from} and ${to}`;
  const fate = reason === "before_enrollment" || reason === "policy" ? "left out" : "lost";
  return `${what}${size} ${fate} ${when}: ${LOSS_WORDS[reason]}.`;
};

const readLoss = (bytes: Uint8Array): string => {
  try {
    return lossText(parseLoss(bytes));
  } catch {
    return "Lines are missing here; the record that says why cannot be read.";
  }
};

export const LossNote = ({ chunk, index }: { readonly chunk: LogChunk; readonly index: number }) => (
  <span className="yd-note" data-tone="warn">
    ┄┄ {readLoss(chunk.lineBytes(index))}
  </span>
);

export const HoleNote = ({ hole, fetchState }: { readonly hole: LogHole; readonly fetchState: FetchState }) => {
  const count = hole.endSeq - hole.fromSeq;
  if (hole.kind === "notStored") return <span className="yd-note">┄┄ {linesAre(count)} not stored.</span>;
  const isMine =
    fetchState.status !== "idle" && fetchState.range.fromSeq < hole.endSeq && hole.fromSeq < fetchState.range.endSeq;
  const status = isMine ? fetchState.status : "idle";
  return (
    <span className="yd-note">
      ┄┄{" "}
      {status === "failed" ? `${formatPlural(count, "line")} could not be loaded.` : `${linesAre(count)} not loaded.`}
      {status === "loading" ? (
        <span>Loading…</span>
      ) : (
        <button type="button" className="yd-more" data-do="load" data-hole={hole.fromSeq}>
          {status === "failed" ? "Try again" : "Load"}
        </button>
      )}
    </span>
  );
};

const linesAre = (count: number): string => `${formatCount(count)} ${count === 1 ? "line is" : "lines are"}`;

export const ClearedNote = ({ atMs }: { readonly atMs: number }) => (
  <span className="yd-note">
    ┄┄ cleared {formatClock(atMs)} ·
    <button type="button" className="yd-more" data-do="unclear">
      show again
    </button>
  </span>
);

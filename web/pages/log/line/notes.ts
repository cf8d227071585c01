import { type LossReason, type LossRecord, parseLoss } from "@yardarm/protocol/log/loss";
import { formatBytes } from "../../../format/bytes.ts";
import { formatCount, formatPlural } from "../../../format/percent.ts";
import { formatClock, formatMoment, nsToMs } from "../../../format/time.ts";
import type { FetchState } from "../../../live/log-fetcher.ts";
import type { LogHole } from "../../../live/log-store.ts";

/** What rows say that are no lines: what was lost, what is not loaded, what is hidden. */

export type Note = {
  readonly tone: "plain" | "warn";
  readonly text: string;
  readonly action: { readonly name: "load" | "unclear" | "marker"; readonly text: string } | null;
};

const LOSS_WORDS: Readonly<Record<LossReason, string>> = {
  rotated: "the engine had rotated them away before they were read",
  before_enrollment: "written before this host was added",
  source_error: "they could not be read where they are kept",
  truncated_source: "the log file was emptied",
  policy: "a policy leaves them out",
};

/** Not here, and why: how much if known, when. What nobody had asked for is left out; everything else is lost for good. */
export const lossText = ({ reason, fromTsNs, toTsNs, lines, bytes }: LossRecord): string => {
  const what = lines === undefined ? "Lines" : formatPlural(lines, "line");
  const size = bytes === undefined ? "" : ` (${formatBytes(bytes)})`;
  const when = spanText(nsToMs(fromTsNs) ?? 0, nsToMs(toTsNs) ?? 0);
  const fate = reason === "before_enrollment" || reason === "policy" ? "left out" : "lost";
  return `${what}${size} ${fate} ${when}: ${LOSS_WORDS[reason]}.`;
};

/** `between 14:02:10 and 14:02:11`; with dates where it reaches over midnight. */
const spanText = (fromMs: number, toMs: number): string => {
  const isOneDay = formatMoment(fromMs).slice(0, 10) === formatMoment(toMs).slice(0, 10);
  const write = isOneDay ? formatClock : formatMoment;
  const [from, to] = [write(fromMs), write(toMs)];
  return from === to ? `at ${from}` : `between ${from} and ${to}`;
};

export const lossNote = (bytes: Uint8Array): Note => ({ tone: "warn", text: readLoss(bytes), action: null });

/** How many stored lines, the record's own seq included, a loss record stands for (LOG-22); 1 for every other record. */
export const lostSeqs = (bytes: Uint8Array): number => {
  try {
    const { reason, lines = 1 } = parseLoss(bytes);
    return reason === "source_error" ? lines : 1;
  } catch {
    return 1;
  }
};

const readLoss = (bytes: Uint8Array): string => {
  try {
    return lossText(parseLoss(bytes));
  } catch {
    return "Lines are missing here; the record that says why cannot be read.";
  }
};

export const holeNote = (hole: LogHole, fetchState: FetchState): Note => {
  const count = hole.endSeq - hole.fromSeq;
  if (hole.kind === "notStored") return { tone: "plain", text: `${linesAre(count)} not stored.`, action: null };
  const isMine =
    fetchState.status !== "idle" && fetchState.range.fromSeq < hole.endSeq && hole.fromSeq < fetchState.range.endSeq;
  switch (isMine ? fetchState.status : "idle") {
    case "loading":
      return { tone: "plain", text: `${linesAre(count)} not loaded. Loading…`, action: null };
    case "failed": {
      const text = `${formatPlural(count, "line")} could not be loaded.`;
      return { tone: "plain", text, action: { name: "load", text: "Try again" } };
    }
    case "idle":
      return { tone: "plain", text: `${linesAre(count)} not loaded.`, action: { name: "load", text: "Load" } };
  }
};

const linesAre = (count: number): string => `${formatCount(count)} ${count === 1 ? "line is" : "lines are"}`;

export const clearedNote = (atMs: number): Note => ({
  tone: "plain",
  text: `cleared ${formatClock(atMs)} ·`,
  action: { name: "unclear", text: "show again" },
});

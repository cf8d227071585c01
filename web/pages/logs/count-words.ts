import { formatCount, formatPlural } from "../../format/percent.ts";
import { bucketBegin, bucketCount } from "../log/histogram/buckets.ts";
import type { StoredCount } from "./stored-count.ts";
import { momentWords } from "./stored-range.ts";

/** What the bars count, and everything that they do not. `leftOut`: containers beyond those that are counted. */
export const countWords = (count: StoredCount, leftOut: number, nowMs: number): string => {
  const { status, buckets, total, containersDone, containersFailed, containersTotal } = count;
  if (status === "idle") return "";
  if (status === "failed") return "The lines could not be counted.";
  if (buckets === null) return status === "running" ? "Counting lines…" : "Nothing is stored of these containers.";
  const toMs = bucketBegin(buckets, bucketCount(buckets));
  const span = `${momentWords(buckets.fromMs, nowMs)} to ${momentWords(Math.min(toMs, Math.max(nowMs, buckets.fromMs)), nowMs)}`;
  const parts = [`${formatPlural(total, "line")}, ${span}`];
  if (containersDone < containersTotal) {
    const done = `${formatCount(containersDone)} of ${formatPlural(containersTotal, "container")}`;
    parts.push(status === "running" ? `counting ${done}…` : `only ${done} counted`);
  }
  if (count.countedFromMs !== null) {
    parts.push(`before ${momentWords(count.countedFromMs, nowMs)} not all is counted: narrow the range`);
  }
  if (leftOut > 0) {
    parts.push(
      `the ${formatCount(containersTotal)} most recently active of ${formatPlural(containersTotal + leftOut, "container")}`,
    );
  }
  if (containersFailed > 0) parts.push(`${formatPlural(containersFailed, "container")} could not be counted`);
  if (count.unreadableLines > 0) parts.push(`${formatCount(count.unreadableLines)} damaged lines were left out`);
  return parts.join(" · ");
};

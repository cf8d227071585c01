import { formatBytes } from "../../format/bytes.ts";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { formatClock, formatMoment, nsToMs } from "../../format/time.ts";
import { MOST_HITS, type StoredSearchState } from "./stored-search.ts";

/** How far a search got, and what that means: never more than was looked at. `isBounded`: only a range of time was asked for. */
export const progressWords = (
  { status, hits, progress, bytesScanned }: StoredSearchState,
  nowMs: number,
  isBounded: boolean,
): string => {
  if (progress === null) return status === "failed" ? "Nothing was searched." : "Searching…";
  const found = `${hits.length === 0 ? "No hit" : formatPlural(hits.length, "hit")}`;
  const { hostsDone, hostsTotal, unreadableLines, isComplete } = progress;
  const parts = [found];
  if (hits.length >= MOST_HITS) parts.push("more than that is not listed: narrow the search");
  else if (isComplete)
    parts.push(isBounded ? "all that is stored of that time was searched" : "everything stored was searched");
  else if (progress.scannedBackToNs !== null)
    parts.push(`scanned back to ${whenWords(progress.scannedBackToNs, nowMs)}`);
  if (hostsTotal > 1 && !isComplete) parts.push(`${hostsDone} of ${formatPlural(hostsTotal, "host")} done`);
  parts.push(`${formatBytes(bytesScanned)} read`);
  if (unreadableLines > 0) parts.push(`${formatCount(unreadableLines)} damaged lines were left out`);
  if (progress.evictedMeanwhile === true) parts.push("some lines left the store meanwhile");
  return parts.join(" · ");
};

const whenWords = (ns: string, nowMs: number): string => {
  const atMs = nsToMs(ns) ?? 0;
  return new Date(atMs).toDateString() === new Date(nowMs).toDateString() ? formatClock(atMs) : formatMoment(atMs);
};

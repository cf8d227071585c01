import type { ActionVerb } from "@yardarm/protocol/action";
import type { ActionPlan, BulkAction, BulkTarget } from "@yardarm/protocol/api/bulk-actions";
import { formatCount, formatPlural } from "../../format/percent.ts";
import type { StateLook } from "../../format/state-look.ts";
import { VERB_WORDS } from "../container/action-verdict.ts";

/** Actions on several containers in words. */

type Place = { readonly hostId: string; readonly hostName: string };

/** `fra-1 (2), fra-2 (1)`: where it will happen. */
export const hostsWords = (targets: readonly Place[]): string =>
  [...Map.groupBy(targets, ({ hostId }) => hostId).values()]
    .map((onHost) => `${onHost[0]?.hostName ?? ""} (${formatCount(onHost.length)})`)
    .join(", ");

/** `Restart 3 containers on 2 hosts`: title and button name what they will hit. */
export const bulkWords = (verb: ActionVerb, targets: readonly Place[]): string => {
  const hosts = new Set(targets.map(({ hostId }) => hostId)).size;
  return `${VERB_WORDS[verb].verb} ${formatPlural(targets.length, "container")} on ${formatPlural(hosts, "host")}`;
};

/** What follows, said before it is done. */
export const bulkConsequence = (verb: ActionVerb, longestGraceSeconds: number): string => {
  const grace =
    longestGraceSeconds > 0 ? ` Each may take as long as its stop grace, the longest is ${longestGraceSeconds} s.` : "";
  switch (verb) {
    case "START":
      return "Their main processes are started.";
    case "STOP":
      return `They are asked to end, then killed, and stay down until somebody starts them.${grace}`;
    case "RESTART":
      return `They are stopped and started again.${grace}`;
    case "PAUSE":
      return "All their processes are frozen where they are. Connections stay open and time out.";
    case "UNPAUSE":
      return "Their processes go on where they were frozen.";
    case "KILL":
      return "Their processes end at once, without a chance to save anything.";
  }
};

type Why = ActionPlan["excluded"][number]["why"];

export const EXCLUSION_WORDS: Readonly<Record<Why, string>> = {
  protected: "Protected",
  not_allowed: "Not allowed",
  offline: "Host does not answer",
  impossible: "Not possible in its state",
  already: "Already so",
  not_found: "Gone",
};

/** What needs a person first. */
export const EXCLUSION_ORDER = Object.keys(EXCLUSION_WORDS) as readonly Why[];

const TARGET_LOOKS: Readonly<Record<BulkTarget["state"], StateLook>> = {
  failed: { icon: "cross", word: "Failed", tone: "danger" },
  unknown: { icon: "question", word: "Unknown", tone: "warn" },
  under_way: { icon: "half-dot", word: "Under way", tone: "warn" },
  waiting: { icon: "clock", word: "Waiting", tone: "muted" },
  skipped: { icon: "dashed-ring", word: "Not begun", tone: "muted" },
  succeeded: { icon: "dot", word: "Done", tone: "ok" },
};

export const targetLook = (state: BulkTarget["state"]): StateLook => TARGET_LOOKS[state];

const COUNT_WORDS: readonly (readonly [BulkTarget["state"], string])[] = [
  ["succeeded", "done"],
  ["failed", "failed"],
  ["unknown", "unknown"],
  ["under_way", "under way"],
  ["waiting", "waiting"],
  ["skipped", "not begun"],
];

/** `2 done, 1 failed, 1 not begun`. */
export const countWords = (targets: readonly BulkTarget[]): string =>
  COUNT_WORDS.flatMap(([state, word]) => {
    const count = targets.filter((target) => target.state === state).length;
    return count === 0 ? [] : [`${formatCount(count)} ${word}`];
  }).join(", ");

/** How the whole stands, as a sentence. */
export const bulkStateWords = ({ state, targets }: BulkAction): string => {
  switch (state) {
    case "running":
      return "Under way. It goes on when you leave this page.";
    case "stopped":
      return "It stopped after a failure, as asked.";
    case "interrupted":
      return "The hub ended meanwhile. What had not been begun is not done any more.";
    case "finished":
      return targets.every((target) => target.state === "succeeded") ? "All done." : "It is over.";
  }
};

/** Failures first, then what is open, then what went well; otherwise as planned. */
export const byConcern = (targets: readonly BulkTarget[]): readonly BulkTarget[] => {
  const ranks = Object.keys(TARGET_LOOKS);
  return targets.toSorted((one, other) => ranks.indexOf(one.state) - ranks.indexOf(other.state));
};

/** Nothing further is going to change by itself. */
export const isOver = ({ state, targets }: BulkAction): boolean =>
  state !== "running" && targets.every((target) => target.state !== "under_way" && target.state !== "unknown");

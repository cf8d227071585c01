/**
 * Whether what happened to a container in a round is what the actions of that round say of themselves. A round is one action, or
 * two that two people wanted at once; nothing else touches the container meanwhile.
 */
import type { ActionState, ActionVerb } from "@yardarm/protocol/action";
import type { EngineEffects, Range, RuntimeEffects } from "./effects.ts";

export type Ended = { readonly verb: ActionVerb; readonly state: ActionState };

export type Round = {
  /** Of every action that the hub made, and how it ended. */
  readonly actions: readonly Ended[];
  readonly wasPaused: boolean;
  readonly wasUp: boolean;
  /** An action that failed may have sent it a signal while it was frozen: it may end as soon as it is thawed. */
  readonly isDoomed: boolean;
  /** As all of its events say; where it died meanwhile, the most that one of its lives told. */
  readonly engine: EngineEffects;
  readonly runtime: RuntimeEffects;
  /** The engine died meanwhile: it may have forgotten what it did, and what it was told it may have done by half. */
  readonly isForgetful: boolean;
  /** The container as the engine has it afterwards. */
  readonly after: string;
};

export type Verdict = {
  readonly doubled: number;
  readonly missing: number;
  /** What a dying engine still did and, alive again, says is not so: the action failed, by the engine's own word. */
  readonly disowned: number;
  readonly notes: readonly string[];
};

type Expected = Readonly<Record<keyof EngineEffects, Range>>;

const UP: readonly string[] = ["running", "paused"];
const ENDING: readonly ActionVerb[] = ["STOP", "KILL", "RESTART"];

/**
 * Whether what failed may have left a signal behind that a frozen container takes only when it is thawed: an engine signals it first,
 * then thaws it, and this one died over that.
 */
export const mayBeDoomed = ({
  actions,
  isForgetful,
  after,
}: Pick<Round, "actions" | "isForgetful" | "after">): boolean =>
  isForgetful && after === "paused" && actions.some(({ verb, state }) => state === "failed" && ENDING.includes(verb));

/** What the engine must have told, from what succeeded. */
export const expectedOf = ({
  actions,
  wasPaused,
  wasUp,
  isDoomed,
}: Pick<Round, "actions" | "wasPaused" | "wasUp" | "isDoomed">): Expected => {
  const count = (...verbs: readonly ActionVerb[]): number =>
    actions.filter(({ verb, state }) => state === "succeeded" && verbs.includes(verb)).length;
  const one = (value: number): Range => ({ least: value, most: value });
  const restarts = count("RESTART");
  // A restart of what does not run ends nothing; which of two came first is not known.
  const isAlone = actions.length === 1;
  // One that failed may have ended the container and not started it again: it says so.
  const halves = actions.filter(({ verb, state }) => verb === "RESTART" && state === "failed").length;
  const ended = isAlone && !wasUp ? 0 : restarts;
  const restartsOfRunning: Range = { least: isAlone ? ended : 0, most: ended + (isAlone && !wasUp ? 0 : halves) };
  const plus = (value: number, range: Range): Range => ({ least: value + range.least, most: value + range.most });
  // Whatever ends a paused container lets it run for that; a kill may be quicker.
  const endsPaused = !isAlone || wasPaused ? count(...ENDING) + halves : 0;
  const unpauses = count("UNPAUSE");
  return {
    starts: one(count("START") + restarts),
    restarts: one(restarts),
    stops: plus(count("STOP"), restartsOfRunning),
    dies: plus(count("STOP", "KILL"), { ...restartsOfRunning, most: restartsOfRunning.most + (isDoomed ? 1 : 0) }),
    pauses: one(count("PAUSE")),
    unpauses: { least: unpauses, most: unpauses + endsPaused },
  };
};

/** True when the engine has told everything that has to come. */
export const isComplete = (expected: Expected, engine: EngineEffects): boolean =>
  (Object.keys(expected) as (keyof Expected)[]).every((field) => engine[field] >= expected[field].least);

export const judgeRound = (round: Round): Verdict => {
  const { engine, runtime, isForgetful } = round;
  const expected = expectedOf(round);
  const notes: string[] = [];
  let doubled = 0;
  let missing = 0;
  let disowned = 0;
  const compare = (what: string, seen: Range, wanted: Range): void => {
    if (seen.least > wanted.most) doubled += seen.least - wanted.most;
    else if (seen.most < wanted.least) missing += wanted.least - seen.most;
    else return;
    notes.push(`${what}: ${show(seen)} instead of ${show(wanted)}`);
  };
  /** How many that failed an engine that died may have done, without ever knowing or before it forgot: by its own word it is not so. */
  const denied = (isSo: boolean, ...verbs: readonly ActionVerb[]): number =>
    isForgetful && !isSo
      ? round.actions.filter(({ verb, state }) => state === "failed" && verbs.includes(verb)).length
      : 0;
  const isUp = UP.includes(round.after);
  const deniable = {
    starts: denied(isUp, "START", "RESTART"),
    restarts: denied(isUp, "RESTART"),
    pauses: denied(round.after === "paused", "PAUSE"),
  } as const;
  // The runtime's word counts in every round.
  for (const field of ["starts", "pauses"] as const) {
    const wanted = expected[field];
    const most = wanted.most + deniable[field];
    compare(`${field} of the runtime`, runtime[field], { ...wanted, most });
    disowned += Math.max(0, Math.min(runtime[field].least, most) - wanted.most);
  }
  if (!isForgetful) {
    for (const field of Object.keys(expected) as (keyof Expected)[]) {
      compare(`${field} of the engine`, { least: engine[field], most: engine[field] }, expected[field]);
    }
    return { doubled, missing, disowned, notes };
  }
  // What one of its lives told may not be more than was asked for and answered; what it did not tell proves nothing.
  for (const field of ["starts", "restarts", "pauses"] as const) {
    const { least, most } = expected[field];
    const told = { least: engine[field], most: Number.POSITIVE_INFINITY };
    compare(`${field} of the engine`, told, { least, most: most + deniable[field] });
  }
  return { doubled, missing, disowned, notes };
};

const show = ({ least, most }: Range): string => (least === most ? String(least) : `${least} to ${most}`);

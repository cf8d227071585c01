/** What is done to one container, round after round: one action, or two that two people want at once, held against what happened. */
import { execFile } from "node:child_process";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { ActionState, ActionVerb } from "@yardarm/protocol/action";
import type { ActionId, ContainerId } from "@yardarm/protocol/ids";
import { engineLayout } from "../../../testkit/docker-take-down.ts";
import type { HubSession } from "../../../testkit/hub-session.ts";
import type { Random } from "../../../testkit/random.ts";
import { waitUntil } from "../../../testkit/wait-until.ts";
import type { EngineState } from "./acted-container.ts";
import type { KnownContainer } from "./actions-world.ts";
import { engineEffectsOf, engineEffectsOfOneLife, type RuntimeEffects, runtimeEffectsSince } from "./effects.ts";
import { type Ended, expectedOf, isComplete, judgeRound, mayBeDoomed, type Round } from "./judge-round.ts";
import { type Answer, order } from "./order.ts";
import type { Screen } from "./screen.ts";

/** What is wanted of a container, by its state: what costs the engine little is wanted more often. */
const WANTED: Readonly<Record<string, readonly ActionVerb[]>> = {
  running: ["PAUSE", "PAUSE", "PAUSE", "PAUSE", "PAUSE", "PAUSE", "RESTART", "STOP", "STOP", "KILL", "KILL"],
  paused: ["UNPAUSE", "UNPAUSE", "UNPAUSE", "UNPAUSE", "UNPAUSE", "UNPAUSE", "STOP", "KILL", "RESTART"],
  exited: ["START", "START", "START", "START", "RESTART"],
  created: ["START"],
};
/** Somebody else wants something at the same time. */
const RIVAL = 0.08;
/** Somebody does not wait until the screen shows what is. */
const HASTY = 0.03;
const LOOK_MS = 20;
const REFUSED_MS = 500;
const PATIENT = { timeoutMs: 120_000, everyMs: 50 };
/** The events of a container that ended come a little after the answer; and a machine may be busy. */
const SHOWS_MS = 20_000;
/** What an engine that was started again tells of containers that ended meanwhile it tells soon. */
const REMEMBERS_MS = 1_000;
/** How long the engine's state and the screen's may differ before somebody acts all the same. */
const SEES_MS = 15_000;

/** A container that the engine cannot start any more, because it was killed over it: it is made anew, as people do. */
const BROKEN_AFTER = 2;

export type ActorOptions = KnownContainer & {
  readonly people: readonly HubSession[];
  readonly screen: Screen;
  readonly random: Random;
  /** `performance.now()` after which nothing new is begun, unless fewer than `least` actions came of it on a slow machine. */
  readonly untilMs: number;
  readonly least: number;
};

/** One action, and what came of it. */
export type Deed = {
  readonly verb: ActionVerb;
  /** `null`: the hub refused before there was an action. */
  readonly actionId: ActionId | null;
  readonly state: ActionState | "refused" | "unsettled";
  readonly code: string | null;
  /** The words for people. */
  readonly error: string | null;
  readonly wasUnknown: boolean;
};

export type Acted = {
  readonly deeds: readonly Deed[];
  readonly doubled: number;
  readonly missing: number;
  /** Rounds during which the engine was killed: the runtime's word counts alone. */
  readonly forgetful: number;
  readonly rounds: number;
  /** Restarts that stopped the container and, the engine having been killed, did not start it; they say so. */
  readonly halves: number;
  /** Deeds of an engine that died over them and, alive again, says that they are not so; they are recorded as failed. */
  readonly disowned: number;
  /** Containers that were removed and made anew. */
  readonly replaced: number;
  readonly notes: readonly string[];
};

export const actUntil = async (first: ActorOptions): Promise<Acted> => {
  const { random, untilMs, least } = first;
  let options = first;
  let inVain = 0;
  let isDoomed = false;
  const deeds: Deed[] = [];
  const notes: string[] = [];
  const sums = { doubled: 0, missing: 0, forgetful: 0, rounds: 0, halves: 0, disowned: 0, replaced: 0 };
  let before = standing(options);
  while (performance.now() < untilMs || deeds.length < least) {
    const { container } = options;
    const state = await lookAt(options);
    const verbs = WANTED[state.status];
    if (verbs === undefined) {
      await delay(LOOK_MS);
      continue;
    }
    const verb = random.pick(verbs);
    const rival = random.chance(RIVAL) ? random.pick(verbs) : null;
    const done = await Promise.all([act(options, verb), ...(rival === null ? [] : [act(options, rival)])]);
    deeds.push(...done);
    const actions: Ended[] = done.flatMap(({ verb: wanted, state: ended }) =>
      ended === "refused" || ended === "unsettled" ? [] : [{ verb: wanted, state: ended }],
    );
    const was = {
      wasPaused: state.status === "paused",
      wasUp: state.status === "running" || state.status === "paused",
      isDoomed,
    };
    const seen = await effectsAfter(options, before, { actions, ...was });
    const after = await stateOf(options);
    const round: Round = { actions, ...was, ...seen, after: after.status };
    const verdict = judgeRound(round);
    if (verdict.disowned > 0) await thaw(options);
    sums.rounds += 1;
    sums.doubled += verdict.doubled;
    sums.missing += verdict.missing;
    sums.disowned += verdict.disowned;
    if (seen.isForgetful) sums.forgetful += 1;
    for (const note of verdict.notes) notes.push(`${container.name}, from ${state.status}: ${note}; ${shown(done)}`);
    before = standing(options);
    const half = done.some(({ verb: wanted, state: ended }) => wanted === "RESTART" && ended === "failed");
    if (half && was.wasUp && after.status === "exited") sums.halves += 1;
    const lie = done.length === 1 && !seen.isForgetful && !isDoomed ? contradiction(done, after) : null;
    if (lie !== null) {
      sums.missing += 1;
      notes.push(`${container.name}: ${lie}; ${shown(done)}`);
    }
    const isAsBefore = after.startedAtNs === state.startedAtNs && !ENDED.includes(after.status);
    isDoomed = (isDoomed && isAsBefore) || mayBeDoomed(round);
    const isVain = done.some((one) => one.verb === "START" && one.code === "engine_error");
    inVain = isVain ? inVain + 1 : 0;
    if (inVain < BROKEN_AFTER) continue;
    inVain = 0;
    sums.replaced += 1;
    options = { ...options, ...(await replace(options)) };
    before = standing(options);
  }
  return { deeds, ...sums, notes };
};

const replace = async ({
  container,
  screen,
}: ActorOptions): Promise<Pick<KnownContainer, "container" | "containerId">> => {
  const next = await container.replace();
  const find = (): ContainerId | undefined => screen.containerId(next.dockerId);
  return { container: next, containerId: await waitUntil(`the hub to know the new ${next.name}`, find, PATIENT) };
};

type Before = {
  /** Events of the engine's. */
  readonly tellings: number;
  readonly runtime: RuntimeEffects;
  readonly breaks: number;
};

const standing = ({ host, container: { dockerId } }: ActorOptions): Before => ({
  tellings: host.events.of(dockerId).length,
  runtime: host.runtime.of(dockerId),
  breaks: host.events.breaks,
});

/** What both witnesses have seen since, after they had time to see what must have happened. */
const effectsAfter = async (
  { host, container: { dockerId } }: ActorOptions,
  before: Before,
  round: Parameters<typeof expectedOf>[0],
) => {
  const expected = expectedOf(round);
  const deadlineMs = performance.now() + SHOWS_MS;
  for (;;) {
    const tellings = host.events.of(dockerId).slice(before.tellings);
    const runtime = runtimeEffectsSince(host.runtime.of(dockerId), before.runtime);
    const isForgetful = host.events.breaks !== before.breaks || host.events.openMs === 0;
    const engine = isForgetful ? engineEffectsOfOneLife(tellings) : engineEffectsOf(tellings);
    const isThere = isForgetful ? host.events.openMs > REMEMBERS_MS : isComplete(expected, engine);
    if (isThere || performance.now() > deadlineMs) return { engine, runtime, isForgetful };
    await delay(LOOK_MS);
  }
};

const act = async ({ host, containerId, people, random }: ActorOptions, verb: ActionVerb): Promise<Deed> => {
  void host.wire.pass("asked");
  const answer = await order(random.pick(people), containerId, verb);
  // Nobody asks ten times a second for what they are told is not possible now.
  if (answer.kind === "refused") await delay(REFUSED_MS);
  return deedOf(verb, answer);
};

const deedOf = (verb: ActionVerb, answer: Answer): Deed => {
  if (answer.kind === "refused") {
    return { verb, actionId: null, state: "refused", code: answer.code, error: null, wasUnknown: false };
  }
  const { actionId, state, steps, error } = answer.action;
  const wasUnknown = steps?.some((step) => step.state === "unknown") === true;
  return {
    verb,
    actionId,
    state: answer.kind === "unsettled" ? "unsettled" : state,
    code: error?.code ?? null,
    error: error?.message ?? null,
    wasUnknown,
  };
};

/** The container as the engine has it, once the screen shows the same: people act on what they see. */
const lookAt = async (options: ActorOptions): Promise<EngineState> => {
  const { screen, container, random } = options;
  const deadlineMs = performance.now() + (random.chance(HASTY) ? 0 : SEES_MS);
  for (;;) {
    const state = await stateOf(options);
    if (screen.shows(container.dockerId, state) || performance.now() > deadlineMs) return state;
    await delay(LOOK_MS);
  }
};

const stateOf = async ({ container }: ActorOptions): Promise<EngineState> => {
  for (;;) {
    const state = await container.state();
    if (state !== null) return state;
    await delay(LOOK_MS);
  }
};

/** A container that is frozen although its engine says that it runs would answer nothing any more. */
const thaw = async ({ host, container }: ActorOptions): Promise<void> => {
  const root = path.join(engineLayout(host.engine.directory).exec, "runtime-runc", "moby");
  await promisify(execFile)("runc", ["--root", root, "resume", container.dockerId]).catch(() => {});
};

/** Whose start an engine learned of only when it was started again it calls `created` when it has ended: it never noted when it began. */
const ENDED = ["exited", "created"];
const AFTER: Readonly<Record<ActionVerb, readonly string[]>> = {
  START: ["running"],
  RESTART: ["running"],
  UNPAUSE: ["running"],
  PAUSE: ["paused"],
  STOP: ENDED,
  KILL: ENDED,
};

const contradiction = ([deed]: readonly Deed[], { status }: EngineState): string | null =>
  deed?.state === "succeeded" && !AFTER[deed.verb].includes(status) ? `after it the engine says ${status}` : null;

const shown = (deeds: readonly Deed[]): string =>
  deeds
    .map(({ verb, state, code, actionId, wasUnknown }) =>
      [verb, state, code ?? "", wasUnknown ? "was unknown" : "", actionId ?? ""]
        .filter((word) => word !== "")
        .join(" "),
    )
    .join(" and ");

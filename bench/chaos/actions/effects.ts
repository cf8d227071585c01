/** What happened to a container, as two witnesses count it: the engine by its events, and the runtime below it by its calls. */

/** Of the engine's events, since the beginning. */
export type EngineEffects = {
  readonly starts: number;
  readonly restarts: number;
  readonly stops: number;
  readonly dies: number;
  readonly pauses: number;
  readonly unpauses: number;
};

/** Of the runtime's calls: what certainly happened, and what may have, because the runtime was cut off before it could say. */
export type RuntimeEffects = {
  readonly starts: Range;
  readonly pauses: Range;
  readonly resumes: Range;
};

export type Range = { readonly least: number; readonly most: number };

const ENGINE: EngineEffects = { starts: 0, restarts: 0, stops: 0, dies: 0, pauses: 0, unpauses: 0 };
const NONE: Range = { least: 0, most: 0 };
const RUNTIME: RuntimeEffects = { starts: NONE, pauses: NONE, resumes: NONE };

export const NO_ENGINE_EFFECTS = ENGINE;
export const NO_RUNTIME_EFFECTS = RUNTIME;

export const engineEffectsSince = (now: EngineEffects, before: EngineEffects): EngineEffects => ({
  starts: now.starts - before.starts,
  restarts: now.restarts - before.restarts,
  stops: now.stops - before.stops,
  dies: now.dies - before.dies,
  pauses: now.pauses - before.pauses,
  unpauses: now.unpauses - before.unpauses,
});

export const runtimeEffectsSince = (now: RuntimeEffects, before: RuntimeEffects): RuntimeEffects => ({
  starts: since(now.starts, before.starts),
  pauses: since(now.pauses, before.pauses),
  resumes: since(now.resumes, before.resumes),
});

/** A call that was under way before and has been done meanwhile is counted now. */
const since = (now: Range, before: Range): Range => ({
  least: Math.max(0, now.least - before.most),
  most: now.most - before.least,
});

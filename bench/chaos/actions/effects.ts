/** What happened to a container, as two witnesses count it: the engine by its events, and the runtime below it by its calls. */

/** Of the engine's events. */
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

/** One event of the engine's, and in which of its lives it told it. */
export type Telling = { readonly effect: keyof EngineEffects; readonly life: number };

export const engineEffectsOf = (tellings: readonly Telling[]): EngineEffects => {
  const counts = { ...ENGINE };
  for (const { effect } of tellings) counts[effect] += 1;
  return counts;
};

/** Of each effect the most that one life of the engine told: one that is started again tells once more of what it finds done. */
export const engineEffectsOfOneLife = (tellings: readonly Telling[]): EngineEffects => {
  const most = { ...ENGINE };
  for (const own of Map.groupBy(tellings, ({ life }) => life).values()) {
    const counts = engineEffectsOf(own);
    for (const effect of Object.keys(most) as (keyof EngineEffects)[]) {
      most[effect] = Math.max(most[effect], counts[effect]);
    }
  }
  return most;
};

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

import type { ActionState, ActionVerb } from "@yardarm/protocol/action";
import { describe, expect, test } from "vitest";
import {
  type EngineEffects,
  engineEffectsOf,
  engineEffectsOfOneLife,
  NO_ENGINE_EFFECTS,
  NO_RUNTIME_EFFECTS,
  type RuntimeEffects,
  type Telling,
} from "./effects.ts";
import { judgeRound, mayBeDoomed, type Round } from "./judge-round.ts";

const one = { least: 1, most: 1 };

const round = (
  actions: readonly (readonly [ActionVerb, ActionState])[],
  seen: {
    readonly engine?: Partial<EngineEffects>;
    readonly runtime?: Partial<RuntimeEffects>;
    readonly from?: "running" | "paused" | "exited";
    readonly isForgetful?: true;
    readonly isDoomed?: true;
    readonly after?: string;
  },
): Round => ({
  actions: actions.map(([verb, state]) => ({ verb, state })),
  wasUp: seen.from !== "exited",
  wasPaused: seen.from === "paused",
  engine: { ...NO_ENGINE_EFFECTS, ...seen.engine },
  runtime: { ...NO_RUNTIME_EFFECTS, ...seen.runtime },
  isForgetful: seen.isForgetful === true,
  isDoomed: seen.isDoomed === true,
  after: seen.after ?? "",
});

const HONEST: Readonly<Record<string, Round>> = {
  start: round([["START", "succeeded"]], { from: "exited", engine: { starts: 1 }, runtime: { starts: one } }),
  restart: round([["RESTART", "succeeded"]], {
    engine: { starts: 1, restarts: 1, stops: 1, dies: 1 },
    runtime: { starts: one },
  }),
  "restart of what had ended": round([["RESTART", "succeeded"]], {
    from: "exited",
    engine: { starts: 1, restarts: 1 },
    runtime: { starts: one },
  }),
  "stop of what was paused": round([["STOP", "succeeded"]], {
    from: "paused",
    engine: { unpauses: 1, dies: 1, stops: 1 },
    runtime: { resumes: one },
  }),
  kill: round([["KILL", "succeeded"]], { engine: { dies: 1 } }),
  "half a restart, which failed": round([["RESTART", "failed"]], { engine: { stops: 1, dies: 1 } }),
  "half a restart of what was paused": round([["RESTART", "failed"]], {
    from: "paused",
    engine: { unpauses: 1, stops: 1, dies: 1 },
    runtime: { resumes: one },
  }),
  refused: round([["PAUSE", "rejected"]], {}),
  "two people, one of them too late": round(
    [
      ["PAUSE", "succeeded"],
      ["KILL", "rejected"],
    ],
    { engine: { pauses: 1 }, runtime: { pauses: one } },
  ),
  "started, and the engine was killed before it said so": round([["START", "succeeded"]], {
    from: "exited",
    runtime: { starts: one },
    isForgetful: true,
  }),
  "thawed, and ended by the signal of a stop that failed while it was frozen": round([["UNPAUSE", "succeeded"]], {
    from: "paused",
    isDoomed: true,
    engine: { unpauses: 1, dies: 1 },
    runtime: { resumes: one },
  }),
  "failed, and nobody can say whether the runtime got to it": round([["PAUSE", "failed"]], {
    runtime: { pauses: { least: 0, most: 1 } },
    isForgetful: true,
  }),
};

describe("what a round of actions led to", () => {
  for (const [name, seen] of Object.entries(HONEST)) {
    test(`[ACTN-08] ${name}: no fault`, () => {
      expect(judgeRound(seen)).toEqual({ doubled: 0, missing: 0, disowned: 0, notes: [] });
    });
  }

  test("[ACTN-08] a second effect of one action is found, by either witness", () => {
    const seen = { engine: { starts: 2 }, runtime: { starts: { least: 2, most: 2 } } };
    expect(judgeRound(round([["START", "succeeded"]], { ...seen, from: "exited" })).doubled).toBe(2);
    expect(
      judgeRound(round([["START", "succeeded"]], { runtime: seen.runtime, from: "exited", isForgetful: true })).doubled,
    ).toBe(1);
  });

  test("[ACTN-08] an effect of what failed or was refused is found", () => {
    for (const state of ["failed", "rejected", "expired"] as const) {
      const seen = round([["PAUSE", state]], { engine: { pauses: 1 }, runtime: { pauses: one } });
      expect(judgeRound(seen).doubled, state).toBeGreaterThan(0);
    }
  });

  test("[ACTN-07] a success without its effect is found", () => {
    for (const verb of ["START", "STOP", "RESTART", "PAUSE", "UNPAUSE", "KILL"] as const) {
      expect(judgeRound(round([[verb, "succeeded"]], {})).missing, verb).toBeGreaterThan(0);
    }
  });

  test("[ACTN-08] where the engine forgot, the runtime's word still counts", () => {
    expect(judgeRound(round([["PAUSE", "succeeded"]], { isForgetful: true })).missing).toBe(1);
    const started = { runtime: { starts: one }, isForgetful: true, after: "running" } as const;
    expect(judgeRound(round([["START", "failed"]], started))).toMatchObject({ doubled: 1, disowned: 0 });
  });

  test("[ACTN-09] what a killed engine had done and says is not so has failed, once, and is counted by itself", () => {
    const seen = { runtime: { pauses: one }, isForgetful: true, after: "running" } as const;
    expect(judgeRound(round([["PAUSE", "failed"]], seen))).toMatchObject({ doubled: 0, missing: 0, disowned: 1 });
    const told = { ...seen, engine: { pauses: 1 } };
    expect(judgeRound(round([["PAUSE", "failed"]], told))).toMatchObject({ doubled: 0, disowned: 1 });
    const toldTwice = { ...seen, engine: { pauses: 2 } };
    expect(judgeRound(round([["PAUSE", "failed"]], toldTwice)).doubled).toBe(1);
    const twice = { ...seen, runtime: { pauses: { least: 2, most: 2 } } };
    expect(judgeRound(round([["PAUSE", "failed"]], twice)).doubled).toBe(1);
    expect(judgeRound(round([["PAUSE", "rejected"]], seen)).doubled).toBe(1);
    expect(judgeRound(round([["PAUSE", "failed"]], { ...seen, after: "paused" })).doubled).toBe(1);
  });

  test("[ACTN-08] an end that nobody asked for is found, unless a signal may have waited for it", () => {
    const thawed = { from: "paused", engine: { unpauses: 1, dies: 1 }, runtime: { resumes: one } } as const;
    expect(judgeRound(round([["UNPAUSE", "succeeded"]], thawed)).doubled).toBe(1);
    const twice = { ...thawed, isDoomed: true, engine: { unpauses: 1, dies: 2 } } as const;
    expect(judgeRound(round([["UNPAUSE", "succeeded"]], twice)).doubled).toBe(1);
    const left = { from: "paused", isForgetful: true, after: "paused" } as const;
    expect(mayBeDoomed(round([["STOP", "failed"]], left))).toBe(true);
    expect(mayBeDoomed(round([["STOP", "rejected"]], left))).toBe(false);
    expect(mayBeDoomed(round([["UNPAUSE", "failed"]], left))).toBe(false);
    expect(mayBeDoomed(round([["STOP", "failed"]], { from: "paused", after: "paused" }))).toBe(false);
  });

  test("[ACTN-08] what an engine tells again in its next life is one effect; what one life tells twice is two", () => {
    const paused = (life: number): Telling => ({ effect: "pauses", life });
    expect(engineEffectsOf([paused(0), paused(1)])).toEqual({ ...NO_ENGINE_EFFECTS, pauses: 2 });
    expect(engineEffectsOfOneLife([paused(0), paused(1)])).toEqual({ ...NO_ENGINE_EFFECTS, pauses: 1 });
    expect(engineEffectsOfOneLife([paused(1), paused(1)])).toEqual({ ...NO_ENGINE_EFFECTS, pauses: 2 });
  });
});

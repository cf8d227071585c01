/** Carries out strikes against one host, one after the other: each where an action passes, and the next when all runs again. */
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../../testkit/random.ts";
import { waitUntil } from "../../../testkit/wait-until.ts";
import type { ActedHost } from "./acted-host.ts";
import type { ActionsWorld } from "./actions-world.ts";
import { ending } from "./ending.ts";
import { type Fate, type Place, planStrikes, type Strike } from "./places.ts";

/** Actions that pass untouched between two strikes. */
const BETWEEN = { fewest: 4, most: 20 } as const;
/** How long they may take, and how long nobody may pass the place. */
const PATIENCE_MS = 4_000;
/** Where nothing can be held the strike falls somewhere in the time that the step takes. */
const WITHIN_MS: Partial<Readonly<Record<Place, number>>> = { asked: 25, "at work": 120, stored: 12 };
/** An agent that waits longer before it dials again is restarted: nobody would wait for a minute each time. */
const BACK_MS = 2_500;

export type StrikeOptions = {
  readonly world: ActionsWorld;
  readonly host: ActedHost;
  readonly random: Random;
  /** `performance.now()` after which nothing is broken any more. */
  readonly untilMs: number;
  readonly count: (name: string) => void;
  /** Told of what nobody broke, and is broken all the same. */
  readonly note: (fault: string) => void;
};

/** Resolves when everything is mended. */
export const strikeUntil = async (options: StrikeOptions): Promise<void> => {
  const { host, random, untilMs, world, count, note } = options;
  const delays = random.fork("delays");
  for (const strike of planStrikes(random.fork("strikes"))) {
    const lastWords = await host.agentsLastWords();
    if (lastWords !== null) {
      note(`${host.name}: the agent ended by itself: ${lastWords}`);
      host.agent.restart();
    }
    if (!(await isBack(host))) {
      count("back-off: agent SIGKILL");
      await host.replaceAgent("SIGKILL", 0);
    }
    await untilPassed(host, delays.int(BETWEEN.fewest, BETWEEN.most), untilMs);
    if (performance.now() >= untilMs) return;
    const mending = Promise.withResolvers<() => Promise<void>>();
    const spring = async (): Promise<Fate> => {
      const withinMs = WITHIN_MS[strike.place];
      if (withinMs !== undefined) await delay(delays.int(0, withinMs));
      try {
        const mend = await hit(strike, world, host);
        if (mend !== null) count(`${strike.place}: ${nameOf(strike)}`);
        mending.resolve(mend ?? (async () => {}));
        // A message that is lost on a living connection would be a fault that no network makes.
        return mend !== null && canDrop(strike) ? strike.fate : "forward";
      } catch (error) {
        mending.reject(error);
        return "forward";
      }
    };
    if (!(await host.wire.arm(strike.place, spring, PATIENCE_MS))) continue;
    await (await mending.promise)();
  }
};

const untilPassed = async ({ wire }: ActedHost, actions: number, untilMs: number): Promise<void> => {
  const enough = wire.passed + actions;
  const deadlineMs = Math.min(untilMs, performance.now() + PATIENCE_MS);
  while (wire.passed < enough && performance.now() < deadlineMs) await delay(10);
};

const isBack = ({ gate }: ActedHost): Promise<boolean> =>
  waitUntil("the agent to be connected", () => gate.connections > 0, { timeoutMs: BACK_MS }).catch(() => false);

/** What passes between the hub and its agent is lost with the link or with either of them, the engine's calls with engine or agent. */
const canDrop = (strike: Strike): boolean => {
  if ("signal" in strike && strike.signal === "SIGTERM") return false;
  switch (strike.place) {
    case "dispatched":
    case "reported":
      return strike.victim === "hub" || strike.victim === "agent" || (strike.victim === "link" && strike.way === "cut");
    case "received":
    case "journaled":
    case "answered":
    case "verified":
      return strike.victim === "agent" || strike.victim === "engine" || strike.victim === "socket";
    default:
      return false;
  }
};

/**
 * Resolves once the damage is done, with what mends it; `null` when it was done already. What is asked to end may take its time:
 * only what is killed is gone at once.
 */
const hit = async (strike: Strike, world: ActionsWorld, host: ActedHost): Promise<(() => Promise<void>) | null> => {
  switch (strike.victim) {
    case "hub":
      return world.breakHub(strike);
    case "agent": {
      const { agent } = host;
      const gone = strike.signal === "SIGKILL" ? agent.kill() : agent.program().stop();
      return ending(strike, gone, async () => agent.restart());
    }
    case "engine":
      return ending(strike, host.engine.kill(strike.signal), () => host.engine.restart());
    case "socket":
      host.engineGate.cut();
      return async () => {};
    case "link":
      if (strike.way === "stall") {
        host.link.stall();
        return async () => {
          await delay(strike.forMs);
          host.link.resume();
        };
      }
      if (strike.way === "cut") host.link.cut();
      else host.link.halfClose();
      return async () => {};
  }
};

const nameOf = (strike: Strike): string => `${strike.victim} ${"signal" in strike ? strike.signal : strike.way}`;

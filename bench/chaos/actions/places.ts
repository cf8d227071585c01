/** The arrows of an action's path, and what can be broken at each of them. */
import type { Random } from "../../../testkit/random.ts";
import type { Signal } from "../fault-plan.ts";

/**
 * - `asked`: a person has sent the request; the hub writes the intent, stores `sent`, dispatches
 * - `dispatched`: the signed command is on its way to the agent
 * - `received`: the agent checks it, and looks at the container before it accepts
 * - `journaled`: it is in the agent's journal, and the call stands before the engine
 * - `at work`: the engine has the call
 * - `answered`: the engine's answer is on its way to the agent
 * - `verified`: the agent looks at the container afterwards; then it signs and journals the result
 * - `reported`: the signed result is on its way to the hub
 * - `stored`: the hub has the result: it stores it with its audit row, and answers the person
 */
export const PLACES = [
  "asked",
  "dispatched",
  "received",
  "journaled",
  "at work",
  "answered",
  "verified",
  "reported",
  "stored",
] as const;
export type Place = (typeof PLACES)[number];

/** `link` is between hub and agent, `socket` between the agent and an engine that lives. */
const VICTIMS = ["hub", "agent", "engine", "link", "socket"] as const;
const AT_THE_ENGINE: readonly Place[] = ["received", "journaled", "at work", "answered", "verified"];

/** What becomes of the message that was just passing. */
export type Fate = "forward" | "drop";

type Hit = { readonly place: Place; readonly fate: Fate };

export type Strike =
  | (Hit & { readonly victim: "hub" | "agent" | "engine"; readonly signal: Signal; readonly downMs: number })
  | (Hit & { readonly victim: "socket"; readonly way: "cut" })
  | (Hit & { readonly victim: "link"; readonly way: "cut" | "half-close" })
  | (Hit & { readonly victim: "link"; readonly way: "stall"; readonly forMs: number });

const LONGEST_DOWN_MS = { agent: 1_500, hub: 1_000, engine: 1_000 } as const;

/** Every victim at every place in random order, again and again, each time in another order. */
export function* planStrikes(random: Random): Generator<Strike, never> {
  for (;;) {
    const pairs = PLACES.flatMap((place) =>
      VICTIMS.flatMap((victim) => (victim !== "socket" || AT_THE_ENGINE.includes(place) ? [{ place, victim }] : [])),
    );
    for (const { place, victim } of random.shuffle(pairs)) {
      const fate: Fate = random.chance(0.5) ? "forward" : "drop";
      if (victim === "socket") {
        yield { place, victim, fate, way: "cut" };
        continue;
      }
      if (victim !== "link") {
        const signal = random.chance(0.7) ? "SIGKILL" : "SIGTERM";
        yield { place, victim, fate, signal, downMs: random.int(0, LONGEST_DOWN_MS[victim]) };
        continue;
      }
      const way = random.pick(["cut", "cut", "half-close", "stall"] as const);
      yield way === "stall"
        ? { place, victim, fate, way, forMs: random.int(500, 5_000) }
        : { place, victim, fate, way };
    }
  }
}

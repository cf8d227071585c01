/** Where something is broken exactly when an action passes a place on its path. */
import { setTimeout as delay } from "node:timers/promises";
import type { Fate, Place } from "./places.ts";

type Armed = { readonly place: Place; readonly spring: () => Promise<Fate>; readonly sprung: () => void };

export class Tripwire {
  #armed: Armed | null = null;
  /** Actions that were dispatched over this host's link so far. */
  passed = 0;

  /**
   * The next action that passes `place` is held there while `spring` runs, and its message has the fate that `spring` says.
   * Resolves with whether one came within `patienceMs`; otherwise nothing is armed any more.
   */
  async arm(place: Place, spring: () => Promise<Fate>, patienceMs: number): Promise<boolean> {
    const waiting = new AbortController();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#armed = { place, spring, sprung: () => resolve(true) };
    const tooLong = delay(patienceMs, false, { signal: waiting.signal }).catch(() => true);
    const hasSprung = await Promise.race([promise, tooLong]);
    waiting.abort();
    if (!hasSprung) this.#armed = null;
    return hasSprung;
  }

  /** To be awaited before the message goes on. */
  async pass(place: Place): Promise<Fate> {
    if (place === "dispatched") this.passed += 1;
    const armed = this.#armed;
    if (armed?.place !== place) return "forward";
    this.#armed = null;
    // From here on it happens, and whoever armed it waits for it to be over.
    armed.sprung();
    return armed.spring();
  }
}

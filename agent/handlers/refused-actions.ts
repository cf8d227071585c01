/** What was refused in this session: a command that comes again does not get a second chance, whoever sends it. */
import type { ActionResult } from "@yardarm/protocol/agent-up/action-result";
import type { ActionId } from "@yardarm/protocol/ids";

/** Longer than any command lives. */
const KEPT_NS = 2n * 3_600n * 1_000_000_000n;
const MOST = 10_000;

export class RefusedActions {
  readonly #clock: { nowNs(): bigint };
  readonly #results = new Map<ActionId, { readonly result: ActionResult; readonly atNs: bigint }>();

  constructor(clock: { nowNs(): bigint }) {
    this.#clock = clock;
  }

  find(actionId: ActionId): ActionResult | undefined {
    return this.#results.get(actionId)?.result;
  }

  /** True when no further refusal can be remembered: then nothing new may be accepted either. */
  get isFull(): boolean {
    const nowNs = this.#clock.nowNs();
    for (const [actionId, { atNs }] of this.#results) {
      if (this.#results.size < MOST || atNs + KEPT_NS > nowNs) break;
      this.#results.delete(actionId);
    }
    return this.#results.size >= MOST;
  }

  add(actionId: ActionId, result: ActionResult): void {
    if (!this.isFull) this.#results.set(actionId, { result, atNs: this.#clock.nowNs() });
  }

  /** A new session: commands of the old one are worth nothing. */
  clear(): void {
    this.#results.clear();
  }
}

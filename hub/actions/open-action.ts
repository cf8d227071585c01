import { type Action, isSettled } from "@yardarm/protocol/action";
import type { OrgId } from "@yardarm/protocol/ids";

/** An action that is not settled, with those who wait for it. Its changes take turns. */
export class OpenAction {
  readonly orgId: OrgId;
  action: Action;
  readonly #waiters = new Set<() => void>();
  #turn: Promise<void> = Promise.resolve();
  #cancelSilence = (): void => {};

  constructor(orgId: OrgId, action: Action) {
    this.orgId = orgId;
    this.action = action;
  }

  /** Runs `task` after every earlier one; rejects with what it throws, which stops none of the later ones. */
  inTurn(task: () => Promise<void>): Promise<void> {
    const run = this.#turn.then(task);
    this.#turn = run.catch(() => {});
    return run;
  }

  /** Replaces the timer that is waiting for the agent to fall silent. */
  silence(cancel: () => void): void {
    this.#cancelSilence();
    this.#cancelSilence = cancel;
  }

  /** Resolves once nothing more is known to happen, at the latest after `waitMs`. */
  waited(waitMs: number, after: (delayMs: number, task: () => void) => () => void): Promise<Action> {
    if (isSettled(this.action.state) || this.action.state === "unknown") return Promise.resolve(this.action);
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#waiters.delete(done);
        resolve(this.action);
      };
      const cancel = after(waitMs, done);
      this.#waiters.add(done);
    });
  }

  /** Answers everybody who waits. */
  wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** It is settled. */
  end(): void {
    this.#cancelSilence();
    this.wake();
  }
}

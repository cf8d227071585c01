/**
 * The end of the current event-loop turn. Everything that arrives in one turn is sent on in one write per receiver:
 * that is what makes a fan-out to a hundred viewers cheap, and it costs no latency that a socket would not add anyway.
 */
export class Turn {
  readonly #defer: (task: () => void) => void;
  readonly #report: (error: unknown) => void;
  #tasks: (() => void)[] = [];

  /** @param options.defer runs a task once the current turn's events are handled: `setImmediate` outside tests */
  constructor(options: { readonly defer: (task: () => void) => void; readonly report: (error: unknown) => void }) {
    this.#defer = options.defer;
    this.#report = options.report;
  }

  /** Runs `task` when the turn ends, in the order of the calls. Tasks added while it ends still belong to it. */
  atEnd(task: () => void): void {
    if (this.#tasks.push(task) === 1) this.#defer(() => this.#end());
  }

  #end(): void {
    // The list stays in place while it is walked, so that tasks added meanwhile extend this very walk.
    const tasks = this.#tasks;
    for (let index = 0; index < tasks.length; index++) {
      try {
        tasks[index]?.();
      } catch (error) {
        this.#report(error);
      }
    }
    this.#tasks = [];
  }
}

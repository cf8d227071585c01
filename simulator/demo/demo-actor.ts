import type { SimulatedContainer } from "../container/simulated-container.ts";
import type { SimulatorClock } from "../clock.ts";
import type { DemoProgram } from "./demo-line.ts";
import type { LineClock } from "./line-clock.ts";

/** Plays a program in one container: boot lines at each start, its lines when their time has come, a crash if that is its fate. */
export class DemoActor {
  readonly container: SimulatedContainer;
  readonly #program: DemoProgram;
  readonly #lines: LineClock;
  readonly #clock: SimulatorClock;
  #nextSlot: number;
  #cancelCrash: (() => void) | undefined;

  constructor(options: {
    readonly container: SimulatedContainer;
    readonly program: DemoProgram;
    readonly lines: LineClock;
    readonly clock: SimulatorClock;
    /** The first slot that is not part of the container's history. */
    readonly nextSlot: number;
  }) {
    this.container = options.container;
    this.#program = options.program;
    this.#lines = options.lines;
    this.#clock = options.clock;
    this.#nextSlot = options.nextSlot;
  }

  /** The container has started. */
  started(): void {
    for (const text of this.#program.boot ?? []) this.container.write("stdout", text);
    this.#nextSlot = this.#lines.slotAfter(this.#clock.nowNs());
    const { crash } = this.#program;
    if (crash === undefined) return;
    this.#cancelCrash = this.#clock.setTimer(crash.afterMs, () => {
      if (!this.container.isRunning) return;
      for (const text of crash.lastWords) this.container.write("stderr", text);
      this.container.die(crash.exitCode);
    });
  }

  ended(): void {
    this.#cancelCrash?.();
    this.#cancelCrash = undefined;
  }

  /** Writes what is due; a container that is paused or stopped has said nothing meanwhile. */
  tick(nowNs: bigint): void {
    if (!this.container.isRunning) {
      this.#nextSlot = this.#lines.slotAfter(nowNs);
      return;
    }
    for (; this.#lines.stampNs(this.#nextSlot) <= nowNs; this.#nextSlot++) {
      const { text, stream = "stdout" } = this.#lines.line(this.#nextSlot);
      this.container.write(stream, text, this.#lines.stampNs(this.#nextSlot));
    }
  }
}

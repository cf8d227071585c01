import { noise } from "../noise.ts";
import type { DemoLine, DemoProgram } from "./demo-line.ts";

/** Lines of one burst follow each other so fast. */
const JOIN_NS = 40_000n;

/** A program's lines laid out in time: which slot is when, and what it says. */
export class LineClock {
  readonly #program: DemoProgram;
  readonly #seed: number;
  readonly intervalNs: bigint;

  constructor(program: DemoProgram, seed: number) {
    this.#program = program;
    this.#seed = seed;
    this.intervalNs = BigInt(program.intervalMs) * 1_000_000n;
  }

  /** The first slot that begins at or after a time. */
  slotAfter(tsNs: bigint): number {
    return Number((tsNs + this.intervalNs - 1n) / this.intervalNs);
  }

  /** Distance of a slot's line from the slot's own time: within its slot, or back at the line that it joins. */
  offsetNs(slot: number): bigint {
    let head = slot;
    while (head > slot - LONGEST_BURST && this.line(head).joins === true) head--;
    const jitter = BigInt(Math.floor(noise(this.#seed + 7, head) * 0.9 * Number(this.intervalNs - JOIN_NS)));
    const back = BigInt(slot - head);
    return jitter + back * JOIN_NS - back * this.intervalNs;
  }

  stampNs(slot: number): bigint {
    return BigInt(slot) * this.intervalNs + this.offsetNs(slot);
  }

  line(slot: number): DemoLine {
    return this.#program.line({ seed: this.#seed, slot, tsNs: BigInt(slot) * this.intervalNs });
  }
}

const LONGEST_BURST = 40;

import { fuzzSeeds } from "@yardarm/testkit/fuzz-seeds";
import { createRandom, type Random } from "@yardarm/testkit/random";
import { expect, test } from "vitest";
import type { CommittedLog } from "./committed-log.ts";
import { decodeFrame, frameOf } from "./log-frame.ts";
import { World } from "./log-world.contract.ts";
import { containerIdOf, lineText, ORG, type WorldAgent } from "./world-agent.contract.ts";
import type { WorldViewer } from "./world-viewer.contract.ts";

const CONTAINERS = [1, 2, 3];
const STEPS = 400;

/**
 * Random agents, cuts, restarts of the hub, re-sends, slow viewers and odd starts, from a seed. Invariants: what viewers
 * hold is exactly what they asked for, in order, nothing doubled within an epoch; what is acknowledged is stored; the
 * store has every committed line once.
 */
export const logFuzzContract = (
  name: string,
  open: () => Promise<CommittedLog & AsyncDisposable>,
  seeds: readonly number[],
): void => {
  test.each(fuzzSeeds(seeds))(
    `[LOG-16] ${name}: nothing lost, nothing doubled, order kept (seed %i)`,
    { timeout: 60_000 },
    async (seed) => {
      await using log = await open();
      await new Fuzz(log, createRandom(seed)).run();
    },
  );
};

class Fuzz {
  readonly #log: CommittedLog;
  readonly #random: Random;
  #world: World;
  #starts = 1;
  #agent: WorldAgent | null = null;
  #viewers: WorldViewer[] = [];
  /** Highest seq that was ever acknowledged, per container: the agent may have forgotten everything below. */
  readonly #acked = new Map<number, number>();

  constructor(log: CommittedLog, random: Random) {
    this.#log = log;
    this.#random = random;
    this.#world = this.#start();
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step++) await this.#step();
    await this.#calm();
    await this.#checkStore();
  }

  #start(): World {
    return new World({
      log: this.#log,
      node: `nod_${String(this.#starts++).padStart(14, "0")}`,
      ringBudgetBytes: this.#random.pick([20_000, 300_000, 64_000_000]),
    });
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const agent = this.#agent;
    const index = random.pick(CONTAINERS);
    const dice = random.next();
    if (agent === null || agent.closedWith !== null) {
      this.#agent = this.#world.agent();
      await this.#agent.assign(...CONTAINERS);
      if (random.chance(0.9)) this.#agent.hear();
    } else if (agent.streams.size === 0) {
      agent.hear();
    } else if (dice < 0.35) {
      agent.lines(index, random.int(1, random.pick([3, 50, 2_000])), { zstd: random.chance(0.3) });
      if (random.chance(0.6)) agent.cursor(index);
    } else if (dice < 0.4) {
      // A batch that does not follow: ahead, or sent once more.
      const { nextSeq } = agent.stream(index);
      agent.lines(index, random.int(1, 20), { firstSeq: Math.max(0, nextSeq + random.int(-30, 30)) });
    } else if (dice < 0.45) {
      agent.cursor(index);
    } else if (dice < 0.55) {
      agent.hear(random.int(1, 5));
      this.#noteAcks(agent);
    } else if (dice < 0.62) {
      this.#world.pass(random.pick([10, 250, 1_000, 6_000]));
    } else if (dice < 0.65) {
      agent.leave();
      this.#agent = null;
    } else if (dice < 0.66) {
      await this.#restart();
    } else if (dice < 0.72) {
      this.#watch(index);
    } else if (dice < 0.74) {
      this.#viewers.splice(random.int(0, this.#viewers.length), 1)[0]?.viewer.close();
    } else if (dice < 0.9) {
      for (const viewer of this.#viewers) if (random.chance(0.5)) viewer.read(random.int(1, 20));
    } else {
      await new Promise((resolve) => void setImmediate(resolve));
    }
    if (random.chance(0.6)) this.#world.endTurn();
  }

  #watch(index: number): void {
    if (this.#viewers.length > 6) return;
    const random = this.#random;
    const viewer = this.#world.viewer();
    const encoding = random.pick(["binary", "binary", "json"] as const);
    viewer.subscribe(
      index,
      random.pick([{ encoding }, { encoding, tail: random.int(0, 300) }, { encoding, sinceSeq: random.int(0, 3_000) }]),
    );
    this.#viewers.push(viewer);
  }

  #noteAcks(agent: WorldAgent): void {
    for (const index of CONTAINERS) {
      const { ackedSeq } = agent.stream(index);
      this.#acked.set(index, Math.max(this.#acked.get(index) ?? 0, ackedSeq));
    }
  }

  /** The hub dies: sockets, rings, whatever was not committed. Viewers begin anew. */
  async #restart(): Promise<void> {
    await this.#world.relay.settled();
    this.#agent = null;
    this.#viewers = [];
    this.#world = this.#start();
  }

  /** Everything that is under way arrives, and everybody ends up with the same. */
  async #calm(): Promise<void> {
    if (this.#agent === null || this.#agent.closedWith !== null) {
      this.#agent = this.#world.agent();
      await this.#agent.assign(...CONTAINERS);
    }
    const agent = this.#agent;
    agent.hear();
    const ends = new Map<number, number>();
    for (const index of CONTAINERS) ends.set(index, await this.#sendUntilCommitted(agent, index));
    await this.#world.until(() => this.#viewers.every((viewer) => isComplete(viewer, ends)), this.#viewers);
    for (const viewer of this.#viewers) {
      expect(viewer.closedWith).toBeNull();
      expect(viewer.doubles).toBe(0);
    }
  }

  /** Rewinds may be under way, and answered by more of them: an agent that obeys gets through in the end. */
  async #sendUntilCommitted(agent: WorldAgent, index: number): Promise<number> {
    for (let round = 0; round < 10; round++) {
      this.#world.pass(5_000);
      agent.lines(index, 5);
      agent.cursor(index);
      const { nextSeq } = agent.stream(index);
      await this.#world.relay.settled();
      await new Promise((resolve) => void setImmediate(resolve));
      if (!agent.inbox.some(({ type }) => type === "log.rewind")) return nextSeq;
      agent.hear();
    }
    throw new Error("The agent is sent back again and again.");
  }

  async #checkStore(): Promise<void> {
    const cursors = await this.#log.cursors(ORG, CONTAINERS.map(containerIdOf));
    for (const index of CONTAINERS) {
      const containerId = containerIdOf(index);
      const endSeq = cursors.get(containerId)?.nextSeq ?? 0;
      expect(endSeq).toBeGreaterThanOrEqual(this.#acked.get(index) ?? 0);
      let seq = 0;
      while (seq < endSeq) {
        const range = { orgId: ORG, containerId, fromSeq: seq, toSeq: endSeq, maxBytes: 1_000_000 };
        const batches = await this.#log.readRange(range);
        expect(batches.length).toBeGreaterThan(0);
        for (const stored of batches) {
          const batch = decodeFrame(frameOf(1, stored));
          expect(batch.firstSeq).toBe(seq);
          for (let line = 0; line < batch.lineCount; line++) {
            if (batch.lineText(line) !== lineText(containerId, seq + line))
              throw new Error(`Line ${seq + line} differs.`);
          }
          seq = batch.endSeq;
        }
      }
    }
  }
}

const isComplete = (viewer: WorldViewer, ends: ReadonlyMap<number, number>): boolean =>
  viewer.watched.size === 1 &&
  [...viewer.watched].every(([containerId, watched]) => {
    const endSeq = ends.get(CONTAINERS.find((index) => containerIdOf(index) === containerId) ?? 0) ?? 0;
    return (
      watched.expected === endSeq && watched.fetching.length === 0 && watched.lines.size === endSeq - watched.fromSeq
    );
  });

import { setImmediate as nextTurn } from "node:timers/promises";
import { asId, type NodeId } from "@yardarm/protocol/ids";
import type { DropReason } from "@yardarm/protocol/log/drop-reason";
import { ManualClock } from "@yardarm/testkit/manual-clock";
import { Turn } from "../viewer/turn.ts";
import type { CommittedLog } from "./committed-log.ts";
import { LogRelay } from "./log-relay.ts";
import { WorldAgent } from "./world-agent.contract.ts";
import { WorldViewer } from "./world-viewer.contract.ts";

/** The relay between scripted agents and scripted viewers: the test decides what moves, and when. */
export interface WorldOptions {
  readonly log: CommittedLog;
  readonly ringBudgetBytes?: number;
  readonly commitBacklogBytes?: number;
  readonly node?: string;
}

export class World {
  readonly clock = new ManualClock();
  readonly relay: LogRelay;
  readonly drops = new Map<DropReason, number>();
  readonly reports: { readonly error: unknown; readonly requestId?: string | undefined }[] = [];
  readonly #turn: Turn;
  #deferred: (() => void)[] = [];
  #epoch = 0;

  constructor({ log, ringBudgetBytes, commitBacklogBytes, node = "nod_00000000000001" }: WorldOptions) {
    const report = (error: unknown, requestId?: string): void => void this.reports.push({ error, requestId });
    this.#turn = new Turn({ defer: (task) => this.#deferred.push(task), report });
    this.relay = new LogRelay({
      nodeId: asId<NodeId>(node),
      log,
      turn: this.#turn,
      drops: { count: this.count },
      nowMs: () => this.clock.nowMs(),
      report,
      ...(ringBudgetBytes === undefined ? {} : { ringBudgetBytes }),
      ...(commitBacklogBytes === undefined ? {} : { commitBacklogBytes }),
    });
  }

  readonly count = (reason: DropReason, frames: number): void => {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + frames);
  };

  agent(): WorldAgent {
    this.#epoch += 1;
    return new WorldAgent(this.relay, this.#epoch);
  }

  /** An agent that has been assigned these containers and knows it. */
  async followed(...containers: readonly number[]): Promise<WorldAgent> {
    const agent = this.agent();
    await agent.assign(...containers);
    agent.hear();
    return agent;
  }

  viewer(): WorldViewer {
    return new WorldViewer(this.relay, { turn: this.#turn, count: this.count });
  }

  /** Ends the event-loop turn: what was collected is written. */
  endTurn(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const task of deferred) task();
  }

  /** Time passes, and what depends on it happens. */
  pass(ms: number): void {
    this.clock.advance(ms);
    this.relay.tick(this.clock.nowMs());
  }

  /** Ends turns, and lets viewers read, until `isDone`. */
  async until(isDone: () => boolean, readers: readonly WorldViewer[] = []): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!isDone()) {
      if (performance.now() > deadline) throw new Error("What the test waits for did not happen.");
      this.endTurn();
      for (const reader of readers) reader.read();
      await nextTurn();
    }
  }
}

/** Containers to act on: one process that waits, and ends at once when it is asked to; or one of two that make stopping harder. */
import { setTimeout as delay } from "node:timers/promises";
import { parseTimestampNs } from "@yardarm/agent/docker/timestamps";
import { engineCall, engineRequest } from "../../../testkit/engine-request.ts";
import { TEST_IMAGE } from "../../../testkit/test-image.ts";

const SCRIPTS = {
  prompt: "trap 'exit 0' TERM; sleep 2147483647 & wait",
  /** Takes a second of its grace. */
  slow: "trap 'sleep 1; exit 0' TERM; sleep 2147483647 & wait",
  /** Has to be killed after its grace. */
  stubborn: "trap '' TERM; while :; do sleep 0.2; done",
} as const;
export type Temper = keyof typeof SCRIPTS;

const STOP_GRACE_SECONDS = { prompt: 5, slow: 5, stubborn: 1 } as const;

const AGAIN_MS = 200;

/** As the engine says. */
export type EngineState = { readonly status: string; readonly startedAtNs: string | null };

export class ActedContainer {
  readonly name: string;
  readonly dockerId: string;
  readonly #temper: Temper;
  readonly #socketPath: string;

  private constructor(made: { name: string; dockerId: string; temper: Temper; socketPath: string }) {
    this.name = made.name;
    this.dockerId = made.dockerId;
    this.#temper = made.temper;
    this.#socketPath = made.socketPath;
  }

  static async create(socketPath: string, name: string, temper: Temper): Promise<ActedContainer> {
    const answer = await engineCall(socketPath, "POST", `/containers/create?name=${name}`, {
      Image: TEST_IMAGE,
      Cmd: ["sh", "-c", SCRIPTS[temper]],
      StopTimeout: STOP_GRACE_SECONDS[temper],
      HostConfig: { NetworkMode: "none" },
    });
    const { Id: dockerId } = JSON.parse(answer.toString()) as { readonly Id: string };
    return new ActedContainer({ name, dockerId, temper, socketPath });
  }

  /** Removes it, and makes another one of its name: another container to everybody who knew it. */
  async replace(): Promise<ActedContainer> {
    for (;;) {
      try {
        // By its name: an attempt whose answer was lost made one already.
        const { status } = await engineRequest(this.#socketPath, "DELETE", `/containers/${this.name}?force=1`);
        if (status === 204 || status === 404) {
          return await ActedContainer.create(this.#socketPath, this.name, this.#temper);
        }
      } catch {
        // The engine is down.
      }
      await delay(AGAIN_MS);
    }
  }

  /** `null` while the engine does not answer. */
  async state(): Promise<EngineState | null> {
    try {
      const { status, body } = await engineRequest(this.#socketPath, "GET", `/containers/${this.dockerId}/json`);
      if (status !== 200) return null;
      const { State } = JSON.parse(body.toString()) as { State: { Status: string; StartedAt: string } };
      return { status: State.Status, startedAtNs: parseTimestampNs(State.StartedAt)?.toString() ?? null };
    } catch {
      return null;
    }
  }
}

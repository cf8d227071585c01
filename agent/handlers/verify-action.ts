/** Whether an action shows on the container: the only thing that counts as its success. */
import type { ActionVerb } from "@yardarm/protocol/action";
import { type ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import type { ContainerDetails } from "../docker/container-details.ts";
import { type ActionEngine, isDone, type RunState } from "./verb-table.ts";

const EVERY_MS = 100;
/** The engine's answer may be ahead of what it shows. */
export const SETTLING_MS = 5_000;
/** How often an engine is asked that does not answer. */
const AWAY_EVERY_MS = 1_000;

export type Verification = {
  readonly isDone: boolean;
  /** The container as it is now; `null` when it is gone. */
  readonly details: ContainerDetails | null;
};

export type VerifyOptions = {
  readonly engine: Pick<ActionEngine, "inspectContainer">;
  readonly clock: { setTimer(delayMs: number, callback: () => void): () => void };
  readonly verb: ActionVerb;
  readonly dockerId: DockerId;
  readonly before: RunState;
  /** For how long the engine may still be at it, counted while it answers. */
  readonly patienceMs: number;
};

/** Looks until the container shows the action, or for long enough. An engine that does not answer is asked again for as long as it takes. */
export const verifyAction = async (options: VerifyOptions): Promise<Verification> => {
  const { engine, clock, verb, dockerId, before, patienceMs } = options;
  const wait = (delayMs: number): Promise<void> => new Promise((resolve) => void clock.setTimer(delayMs, resolve));
  for (let waitedMs = 0; ; ) {
    let details: ContainerDetails | null;
    try {
      details = await engine.inspectContainer(dockerId);
    } catch (error) {
      if (!isGone(toProtocolError(error))) {
        await wait(AWAY_EVERY_MS);
        continue;
      }
      details = null;
    }
    const done = details === null ? GONE_IS_DONE.includes(verb) : isDone(verb, before, details);
    if (done || details === null || waitedMs >= patienceMs) return { isDone: done, details };
    await wait(EVERY_MS);
    waitedMs += EVERY_MS;
  }
};

const isGone = ({ code }: ProtocolError): boolean => code === "not_found";

/** A container that removes itself when it ends has ended. */
const GONE_IS_DONE: readonly ActionVerb[] = ["STOP", "KILL"];

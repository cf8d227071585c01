/**
 * Carries out what the hub commands: checked against the pinned key and the container itself, at most once, verified, signed.
 *
 * Above 300 lines because it is one path: each step from the order to the signed result relies on the one before it.
 */
import type { ActionCommand } from "@yardarm/protocol/action";
import type { ActionMessage } from "@yardarm/protocol/agent-down/action";
import type { ActionQuery } from "@yardarm/protocol/agent-down/action-query";
import type { ActionProgress } from "@yardarm/protocol/agent-up/action-progress";
import type { ActionOutcome, ActionResult } from "@yardarm/protocol/agent-up/action-result";
import type { ReportedContainer } from "@yardarm/protocol/container";
import { containerCan } from "@yardarm/protocol/container-can";
import { ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, DockerId, HostId, HubId, OrgId } from "@yardarm/protocol/ids";
import { AGENT_HEARTBEAT_MS } from "@yardarm/protocol/limits";
import type { Intent } from "@yardarm/protocol/schema";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import type { ContainerDetails } from "../docker/container-details.ts";
import { parseActionCommand } from "./action-command.ts";
import { RefusedActions } from "./refused-actions.ts";
import { type ActionEngine, act, type RunState } from "./verb-table.ts";
import { SETTLING_MS, type Verification, verifyAction } from "./verify-action.ts";

type Accepted = {
  readonly actionId: ActionId;
  readonly dockerId: DockerId;
  readonly verb: ActionCommand["verb"];
  readonly deadlineNs: string;
  readonly intent: Intent;
  /** The container before anything was done to it. */
  readonly before: { readonly state: RunState["state"]; readonly startedAtNs: string | null };
};

/** Where accepted actions and their results outlive the process. */
export interface Journal {
  readonly isFull: boolean;
  find(actionId: ActionId): { readonly action: Accepted; readonly result: ActionResult | null } | undefined;
  /** Accepted, by this process or an earlier one, and without a result. */
  unfinished(): readonly Accepted[];
  /** MUST be durable when it returns, and throw when it cannot be: then nothing is done. */
  accept(action: Accepted): void;
  /** The newest intent of all that were ever accepted. */
  readonly witness: Intent | null;
  /** MUST NOT throw: what was done was done. */
  settle(actionId: ActionId, result: ActionResult): void;
}

/** The session in which a command was given: it is worth nothing in another one. */
export type ActionSession = {
  readonly orgId: OrgId;
  readonly sessionNonce: string;
  /** Hub time, ns since the epoch. */
  hubNowNs(): bigint;
};

export type ActionHandlerOptions = {
  readonly hubId: HubId;
  readonly hostId: HostId;
  readonly engine: ActionEngine;
  readonly journal: Journal;
  /** Verifies against the pinned keys. */
  isSigned(purpose: SigningPurpose, signed: ActionMessage): boolean;
  sign(purpose: SigningPurpose, payload: string): string;
  /** Drops the message while there is no connection: the hub asks again. */
  send(message: ActionProgress | ActionResult): void;
  /** Says why the host's owner or a label refuses; `null` when nothing speaks against it. */
  refuse(question: {
    readonly verb: ActionCommand["verb"];
    readonly dockerId: DockerId;
    readonly name: string;
    readonly image: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly override: ActionCommand["override"];
  }): { readonly code: "policy_denied" | "protected"; readonly sentence: string } | null;
  report(details: ContainerDetails): ReportedContainer;
  readonly clock: { nowNs(): bigint; setTimer(delayMs: number, callback: () => void): () => void };
};

const NS_PER_MS = 1_000_000n;
const MESSAGE_CHARACTERS = 1_024;

export class ActionHandler {
  readonly #options: ActionHandlerOptions;
  #session: ActionSession | null = null;
  readonly #busy = new Map<DockerId, ActionId>();
  readonly #running = new Map<ActionId, Promise<void>>();
  readonly #refused: RefusedActions;

  constructor(options: ActionHandlerOptions) {
    this.#options = options;
    this.#refused = new RefusedActions(options.clock);
  }

  online(session: ActionSession): void {
    this.#session = session;
    this.#refused.clear();
    for (const action of this.#options.journal.unfinished()) {
      if (!this.#running.has(action.actionId)) void this.#run(action.actionId, this.#finish(action));
    }
  }

  offline(): void {
    this.#session = null;
  }

  /** Resolves when no action is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  /** Takes a command. Whatever becomes of it is answered by an `action_result`; nothing is thrown. */
  async take(message: ActionMessage): Promise<void> {
    const actionId = message.action_id;
    // Before anything else, its signature too: what is known of an action does not change by asking for it again.
    if (this.#answer(actionId)) return;
    await this.#run(actionId, this.#take(message));
  }

  /** What became of these? What was never accepted has never been done, and will not be. */
  async query({ actionIds }: ActionQuery): Promise<void> {
    for (const actionId of actionIds) {
      if (!this.#answer(actionId)) {
        this.#reject(actionId, new ProtocolError("expired", "This agent never accepted the action."));
      }
    }
  }

  /** False when nothing is known of the action. */
  #answer(actionId: ActionId): boolean {
    const { journal, send, sign } = this.#options;
    const known = journal.find(actionId)?.result ?? this.#refused.find(actionId);
    // Signed anew: the key may be another one than at that time.
    if (known !== undefined && known !== null) send({ ...known, signature: sign("action-result", known.payload) });
    else if (this.#running.has(actionId)) send({ type: "action_progress", action_id: actionId, phase: "running" });
    else return false;
    return true;
  }

  #run(actionId: ActionId, work: Promise<void>): Promise<void> {
    const running = work.finally(() => this.#running.delete(actionId));
    this.#running.set(actionId, running);
    return running;
  }

  async #take(message: ActionMessage): Promise<void> {
    const actionId = message.action_id;
    let command: ActionCommand;
    let before: ContainerDetails;
    let release = (): void => {};
    try {
      command = this.#open(message);
      this.#checkSession(command);
      release = this.#lock(command.dockerId, actionId);
      before = await this.#checkTarget(command);
      // Inspecting took its time.
      this.#checkSession(command);
      this.#accept(command, before);
    } catch (error) {
      release();
      this.#reject(actionId, toProtocolError(error));
      return;
    }
    const stopBeats = this.#beat(actionId);
    try {
      this.#settle(actionId, await this.#carryOut(command, before));
    } finally {
      stopBeats();
      release();
    }
  }

  /** The agent ended while it ran this. It is never run again: the engine may still be at it, until the deadline. */
  async #finish({ actionId, dockerId, verb, before, deadlineNs: until }: Accepted): Promise<void> {
    const { engine, clock } = this.#options;
    const release = this.#busy.has(dockerId) ? () => {} : this.#lock(dockerId, actionId);
    const stopBeats = this.#beat(actionId);
    try {
      const state = { ...before, startedAtNs: before.startedAtNs === null ? null : BigInt(before.startedAtNs) };
      const patienceMs = this.#leftMs(until);
      const seen = await verifyAction({ engine, clock, verb, dockerId, before: state, patienceMs });
      const cut = new ProtocolError("engine_error", `The agent ended while it ran this; the container ${shown(seen)}.`);
      this.#settle(actionId, this.#ending(seen, cut));
    } finally {
      stopBeats();
      release();
    }
  }

  /** The command that the hub signed; the plain fields of the message only repeat it. */
  #open(message: ActionMessage): ActionCommand {
    if (!this.#options.isSigned("action", message)) {
      throw new ProtocolError("signature_invalid", "The command is not signed by the hub's pinned key.");
    }
    const command = parseActionCommand(message.payload);
    const repeats =
      command.actionId === message.action_id &&
      command.containerId === message.container_id &&
      command.verb === message.action;
    if (!repeats) throw new ProtocolError("signature_invalid", "The message differs from the command it carries.");
    return command;
  }

  #checkSession(command: ActionCommand): void {
    const session = this.#session;
    const { hubId, hostId } = this.#options;
    if (session === null || command.sessionNonce !== session.sessionNonce) {
      throw new ProtocolError("expired", "The command was given in another session.");
    }
    if (command.hubId !== hubId || command.hostId !== hostId || command.orgId !== session.orgId) {
      throw new ProtocolError("forbidden", "The command was meant for another host.");
    }
    if (session.hubNowNs() > deadlineNs(command)) {
      throw new ProtocolError("expired", "The command arrived after its deadline.");
    }
  }

  #lock(dockerId: DockerId, actionId: ActionId): () => void {
    const holder = this.#busy.get(dockerId);
    if (holder !== undefined) {
      throw new ProtocolError("busy", `Another action on this container is still running (${holder}).`);
    }
    this.#busy.set(dockerId, actionId);
    return () => void this.#busy.delete(dockerId);
  }

  async #checkTarget({ dockerId, startedAtNs, verb, override }: ActionCommand): Promise<ContainerDetails> {
    const { engine, refuse } = this.#options;
    const details = await engine.inspectContainer(dockerId);
    if (details.startedAtNs !== (startedAtNs === null ? null : BigInt(startedAtNs))) {
      throw new ProtocolError("stale_target", "The container was started or recreated meanwhile; look again.");
    }
    // What the owner forbids is refused before anything is said of the container's state.
    const { name, image, labels } = details;
    const refusal = refuse({ verb, dockerId, name, image, labels, override });
    if (refusal !== null) throw new ProtocolError(refusal.code, refusal.sentence);
    const verdict = containerCan(verb, details.state);
    if (!verdict.allowed) throw new ProtocolError("conflict", verdict.reason);
    return details;
  }

  #accept(command: ActionCommand, { state, startedAtNs }: ContainerDetails): void {
    const { journal, send } = this.#options;
    const { actionId, dockerId, verb, intent } = command;
    if (journal.isFull || this.#refused.isFull) {
      throw new ProtocolError("rate_limited", "The agent's journal of actions is full; try tomorrow.");
    }
    const before = { state, startedAtNs: startedAtNs === null ? null : String(startedAtNs) };
    try {
      journal.accept({ actionId, dockerId, verb, deadlineNs: String(deadlineNs(command)), intent, before });
    } catch (cause) {
      const reason =
        cause instanceof Error && "code" in cause && cause.code === "ENOSPC" ? "the disk is full" : "see its log";
      const sentence = `The agent cannot write its journal (${reason}), so nothing was done.`;
      throw new ProtocolError("storage_unavailable", sentence, { cause });
    }
    send({ type: "action_progress", action_id: actionId, phase: "accepted" });
  }

  async #carryOut(command: ActionCommand, before: ContainerDetails): Promise<Ending> {
    const { engine, clock } = this.#options;
    const { verb, dockerId } = command;
    let failure: ProtocolError | null = null;
    try {
      await act(engine, command, before);
    } catch (error) {
      // A lost answer says nothing about the deed: the container itself is asked.
      failure = toProtocolError(error);
    }
    // A refusal is final; what was answered shows soon; where the answer was lost the engine may be at it until the deadline.
    const isLost = failure?.code === "engine_unreachable";
    const patienceMs = isLost ? this.#leftMs(String(deadlineNs(command))) : failure === null ? SETTLING_MS : 0;
    const seen = await verifyAction({ engine, clock, verb, dockerId, before, patienceMs });
    return this.#ending(seen, failureOf(failure, seen));
  }

  /** For how long the engine may still be at what ends at `untilNs` by the hub's clock. */
  #leftMs(untilNs: string): number {
    const nowNs = this.#session?.hubNowNs() ?? this.#options.clock.nowNs();
    return Math.max(Number((BigInt(untilNs) - nowNs) / NS_PER_MS), SETTLING_MS);
  }

  #ending({ isDone, details }: Verification, failure: ProtocolError): Ending {
    return {
      error: isDone ? null : errorOf(failure),
      container: details === null ? null : this.#options.report(details),
    };
  }

  #beat(actionId: ActionId): () => void {
    const { clock, send } = this.#options;
    let cancel = (): void => {};
    const beat = (): void => {
      cancel = clock.setTimer(AGENT_HEARTBEAT_MS, () => {
        send({ type: "action_progress", action_id: actionId, phase: "running" });
        beat();
      });
    };
    beat();
    return () => cancel();
  }

  #settle(actionId: ActionId, ending: Ending): void {
    const result = this.#sign({ ...ending, actionId, rejected: false });
    this.#options.journal.settle(actionId, result);
    this.#options.send(result);
  }

  /** Nothing was done, and nothing will be: not even when the same command comes again. */
  #reject(actionId: ActionId, error: ProtocolError): void {
    const result = this.#sign({ actionId, rejected: true, error: errorOf(error), container: null });
    this.#refused.add(actionId, result);
    this.#options.send(result);
  }

  #sign(outcome: Pick<ActionOutcome, "actionId" | "rejected" | "error" | "container">): ActionResult {
    const { sign, clock, journal } = this.#options;
    const { actionId, error } = outcome;
    const status = error === null ? "SUCCESS" : "FAILURE";
    const finishedAtNs = String(this.#session?.hubNowNs() ?? clock.nowNs());
    const signed: ActionOutcome = { ...outcome, status, finishedAtNs, witness: journal.witness };
    const payload = JSON.stringify(signed);
    return {
      type: "action_result",
      action_id: actionId,
      status,
      ...(error === null ? {} : { error: error.message }),
      payload,
      signature: sign("action-result", payload),
    };
  }
}

type Ending = Pick<ActionOutcome, "error" | "container">;

const shown = ({ details }: Verification): string => (details === null ? "is gone" : `is ${details.state}`);

const deadlineNs = ({ issuedAtNs, timeToLiveMs }: ActionCommand): bigint =>
  BigInt(issuedAtNs) + BigInt(timeToLiveMs) * NS_PER_MS;

/** Why it is not done, in words about the container and not about a connection that has long come back. */
const failureOf = (failure: ProtocolError | null, seen: Verification): ProtocolError => {
  if (failure === null) {
    const unverified = `The engine answered, but the container does not show it: it ${shown(seen)}.`;
    return new ProtocolError("engine_error", unverified);
  }
  if (failure.code !== "engine_unreachable") return failure;
  const lost = `The engine stopped answering over this. It answers again, and the container does not show it: it ${shown(seen)}.`;
  return new ProtocolError("engine_unreachable", lost, { cause: failure });
};

const errorOf = ({ code, message }: ProtocolError): NonNullable<ActionOutcome["error"]> => ({
  code,
  message: message.slice(0, MESSAGE_CHARACTERS),
});

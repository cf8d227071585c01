/** Carries out what the hub commands: checked against the pinned key and the container itself, at most once, verified, signed. */
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
import { type ActionEngine, act, isDone } from "./verb-table.ts";

/** Where accepted actions and their results outlive the process. MUST be durable when a call returns. */
export interface Journal {
  readonly isFull: boolean;
  find(
    actionId: ActionId,
  ): { readonly action: { readonly dockerId: DockerId }; readonly result: ActionResult | null } | undefined;
  accept(action: {
    readonly actionId: ActionId;
    readonly dockerId: DockerId;
    readonly verb: ActionCommand["verb"];
    readonly deadlineNs: string;
    readonly intent: Intent;
  }): void;
  /** The newest intent of all that were ever accepted. */
  readonly witness: Intent | null;
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
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly override: boolean;
  }): { readonly code: "policy_denied" | "protected"; readonly sentence: string } | null;
  report(details: ContainerDetails): ReportedContainer;
  readonly clock: { nowNs(): bigint; setTimer(delayMs: number, callback: () => void): () => void };
};

/** The engine's answer may be ahead of what it shows; beyond this the action counts as failed. */
const VERIFY_TRIES = 50;
const VERIFY_EVERY_MS = 100;
const NS_PER_MS = 1_000_000n;
const MESSAGE_CHARACTERS = 1_024;

export class ActionHandler {
  readonly #options: ActionHandlerOptions;
  #session: ActionSession | null = null;
  readonly #busy = new Set<DockerId>();
  readonly #running = new Map<ActionId, Promise<void>>();

  constructor(options: ActionHandlerOptions) {
    this.#options = options;
  }

  online(session: ActionSession): void {
    this.#session = session;
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
    if (this.#running.has(actionId)) {
      this.#options.send({ type: "action_progress", action_id: actionId, phase: "running" });
      return;
    }
    const running = this.#take(message).finally(() => this.#running.delete(actionId));
    this.#running.set(actionId, running);
    await running;
  }

  /** What became of these? Answered from the journal; what was never accepted has never been done. */
  async query({ actionIds }: ActionQuery): Promise<void> {
    for (const actionId of actionIds) {
      if (this.#running.has(actionId)) {
        this.#options.send({ type: "action_progress", action_id: actionId, phase: "running" });
      } else if (!(await this.#answerFromJournal(actionId))) {
        this.#reject(actionId, new ProtocolError("not_found", "This agent never accepted the action."));
      }
    }
  }

  async #take(message: ActionMessage): Promise<void> {
    const actionId = message.action_id;
    let command: ActionCommand;
    let before: ContainerDetails;
    let release = (): void => {};
    try {
      command = this.#open(message);
      if (await this.#answerFromJournal(actionId)) return;
      this.#checkSession(command);
      release = this.#lock(command.dockerId);
      before = await this.#checkTarget(command);
      // Inspecting took its time.
      this.#checkSession(command);
      this.#accept(command);
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

  #lock(dockerId: DockerId): () => void {
    if (this.#busy.has(dockerId)) throw new ProtocolError("busy", "Another action on this container is still running.");
    this.#busy.add(dockerId);
    return () => void this.#busy.delete(dockerId);
  }

  async #checkTarget({ dockerId, startedAtNs, verb, override }: ActionCommand): Promise<ContainerDetails> {
    const { engine, refuse } = this.#options;
    const details = await engine.inspectContainer(dockerId);
    if (details.startedAtNs !== (startedAtNs === null ? null : BigInt(startedAtNs))) {
      throw new ProtocolError("stale_target", "The container was started or recreated meanwhile; look again.");
    }
    // What the owner forbids is refused before anything is said of the container's state.
    const refusal = refuse({ verb, name: details.name, labels: details.labels, override });
    if (refusal !== null) throw new ProtocolError(refusal.code, refusal.sentence);
    const verdict = containerCan(verb, details.state);
    if (!verdict.allowed) throw new ProtocolError("conflict", verdict.reason);
    return details;
  }

  #accept(command: ActionCommand): void {
    const { journal, send } = this.#options;
    const { actionId, dockerId, verb, intent } = command;
    if (journal.isFull)
      throw new ProtocolError("rate_limited", "The agent's journal of actions is full; try tomorrow.");
    journal.accept({ actionId, dockerId, verb, deadlineNs: String(deadlineNs(command)), intent });
    send({ type: "action_progress", action_id: actionId, phase: "accepted" });
  }

  async #carryOut(
    command: ActionCommand,
    before: ContainerDetails,
  ): Promise<Pick<ActionOutcome, "error" | "container">> {
    const { engine, report } = this.#options;
    let failure: ProtocolError | null = null;
    try {
      await act(engine, command, before);
    } catch (error) {
      // A lost answer says nothing about the deed: the container itself is asked.
      failure = toProtocolError(error);
    }
    const after = await this.#verify(command, before, failure);
    const isSuccess = after !== null && isDone(command.verb, before, after);
    const unverified = new ProtocolError("engine_error", "The engine answered, but the container does not show it.");
    return {
      error: isSuccess ? null : errorOf(failure ?? unverified),
      container: after === null ? null : report(after),
    };
  }

  /** The container as it is afterwards; `null` when the engine cannot say. */
  async #verify(
    { verb, dockerId }: ActionCommand,
    before: ContainerDetails,
    failure: ProtocolError | null,
  ): Promise<ContainerDetails | null> {
    const { engine, clock } = this.#options;
    // A refusal is final; after an answer, or a lost one, the engine may still be at it.
    const isFinal = failure !== null && failure.code !== "engine_unreachable";
    let after: ContainerDetails | null = null;
    for (let tries = isFinal ? 1 : VERIFY_TRIES; tries > 0; tries--) {
      after = await engine.inspectContainer(dockerId).catch(() => null);
      if (after !== null && isDone(verb, before, after)) return after;
      if (tries > 1) await new Promise<void>((resolve) => void clock.setTimer(VERIFY_EVERY_MS, resolve));
    }
    return after;
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

  /** False when the journal does not know the action. */
  async #answerFromJournal(actionId: ActionId): Promise<boolean> {
    const { journal, send, engine, report } = this.#options;
    const entry = journal.find(actionId);
    if (entry === undefined) return false;
    if (entry.result !== null) {
      send(entry.result);
      return true;
    }
    // Accepted, and the agent ended before it could write the result down.
    const now = await engine.inspectContainer(entry.action.dockerId).catch(() => null);
    const state = now === null ? "cannot be inspected" : `is ${now.state}`;
    const message = `The agent ended while it ran this action; the container now ${state}.`;
    this.#settle(actionId, { error: { code: "unknown", message }, container: now === null ? null : report(now) });
    return true;
  }

  #settle(actionId: ActionId, ending: Pick<ActionOutcome, "error" | "container">): void {
    const result = this.#sign({ ...ending, actionId, rejected: false });
    this.#options.journal.settle(actionId, result);
    this.#options.send(result);
  }

  #reject(actionId: ActionId, error: ProtocolError): void {
    this.#options.send(this.#sign({ actionId, rejected: true, error: errorOf(error), container: null }));
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

const deadlineNs = ({ issuedAtNs, timeToLiveMs }: ActionCommand): bigint =>
  BigInt(issuedAtNs) + BigInt(timeToLiveMs) * NS_PER_MS;

const errorOf = ({ code, message }: ProtocolError): NonNullable<ActionOutcome["error"]> => ({
  code,
  message: message.slice(0, MESSAGE_CHARACTERS),
});

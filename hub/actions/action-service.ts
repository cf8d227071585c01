import {
  type Action,
  type ActionCommand,
  type ActionState,
  type ActionVerb,
  isSettled,
} from "@yardarm/protocol/action";
import type { ActionProgress } from "@yardarm/protocol/agent-up/action-progress";
import { type ActionResult, actionOutcomeSchema } from "@yardarm/protocol/agent-up/action-result";
import type { Container } from "@yardarm/protocol/container";
import { containerCan } from "@yardarm/protocol/container-can";
import { ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, HostId, HubId, OrgId, UserId } from "@yardarm/protocol/ids";
import type { Intent } from "@yardarm/protocol/schema";
import { commandTimeToLiveMs } from "./command-deadline.ts";

/** Silence of the agent after which nobody knows any more: it beats every 3 s while an action runs. */
const SILENCE_MS = 10_000;

export type Requester = {
  readonly orgId: OrgId;
  readonly userId: UserId;
  readonly name: string;
  readonly address: string;
};

export type ActionOrder = {
  readonly requester: Requester;
  readonly container: Container;
  readonly verb: ActionVerb;
  readonly reason: string;
  readonly timeoutSeconds: number | null;
  readonly override: boolean;
  readonly idempotencyKey: string | null;
};

/** Rows of actions. `insert` MUST be atomic on (org, user, idempotency key). */
export type ActionRows = {
  /** Stores a new action, or returns the one that the same key made before; another body under that key is `conflict`. */
  readonly insert: (orgId: OrgId, userId: UserId, action: Action, idempotencyKey: string | null) => Promise<Action>;
  readonly update: (orgId: OrgId, action: Action) => Promise<void>;
  readonly find: (orgId: OrgId, actionId: ActionId) => Promise<Action | undefined>;
  /** Actions of a host that are not settled. */
  readonly open: (orgId: OrgId, hostId: HostId) => Promise<readonly Action[]>;
};

/** The audit: MUST be durable when it resolves. No intent, no dispatch. */
export type ActionAudit = {
  readonly intent: (requester: Requester, action: Action) => Promise<{ readonly seq: number; readonly hash: string }>;
  readonly outcome: (orgId: OrgId, action: Action) => Promise<void>;
};

/** Carries a command to the node that holds the host's agent, which signs it. Rejects with `agent_offline`. */
export type DispatchCommand = (command: Omit<ActionCommand, "sessionNonce">) => Promise<void>;

export type ActionServiceOptions = {
  readonly hubId: HubId;
  readonly rows: ActionRows;
  readonly audit: ActionAudit;
  readonly dispatch: DispatchCommand;
  /** True when the host's own key signed exactly this payload (purpose `action-result`). */
  readonly verifyResult: (hostId: HostId, payload: string, signature: string) => Promise<boolean>;
  /** Every new state, for the people who watch. */
  readonly publish: (orgId: OrgId, action: Action) => void;
  readonly newActionId: () => ActionId;
  readonly nowNs: () => bigint;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** Told of failures that no caller waits for. */
  readonly report: (error: unknown) => void;
};

type Open = {
  readonly orgId: OrgId;
  action: Action;
  readonly waiters: Set<() => void>;
  cancelSilence: () => void;
};

/**
 * The state machine of an action on the hub: requested → sent → accepted → running → settled, or `unknown` when the
 * agent falls silent. Each state is stored before anybody hears of it. The container's own state never comes from here.
 */
export class ActionService {
  readonly #options: ActionServiceOptions;
  readonly #open = new Map<ActionId, Open>();

  constructor(options: ActionServiceOptions) {
    this.#options = options;
  }

  /**
   * Audits, dispatches and returns the action as it stands when it settled, or after `waitMs`.
   *
   * @throws ProtocolError `conflict` when the container's state does not allow the verb or the key was used otherwise,
   *   `agent_offline` when nobody can carry it out (audited all the same).
   */
  async request(order: ActionOrder, waitMs: number): Promise<Action> {
    const { requester, container, verb } = order;
    const verdict = containerCan(verb, container.state);
    if (!verdict.allowed) throw new ProtocolError("conflict", verdict.reason);
    const fresh: Action = {
      actionId: this.#options.newActionId(),
      containerId: container.containerId,
      hostId: container.hostId,
      verb,
      state: "requested",
      reason: order.reason,
      actor: requester.name,
      requestedAtNs: this.#options.nowNs().toString(),
      settledAtNs: null,
      error: null,
    };
    const stored = await this.#options.rows.insert(requester.orgId, requester.userId, fresh, order.idempotencyKey);
    if (stored.actionId !== fresh.actionId) return this.wait(requester.orgId, stored, waitMs);
    const open: Open = { orgId: requester.orgId, action: fresh, waiters: new Set(), cancelSilence: () => {} };
    this.#open.set(fresh.actionId, open);
    try {
      const intent = await this.#options.audit.intent(requester, fresh);
      await this.#move(open, "sent");
      await this.#options.dispatch(this.#command(order, fresh.actionId, intent));
    } catch (error) {
      const { code, message } = toProtocolError(error);
      await this.#move(open, "rejected", { code, message });
      throw error;
    }
    return this.wait(requester.orgId, open.action, waitMs);
  }

  /** Resolves with the action once it is settled, at the latest after `waitMs` with the state that it has then. */
  wait(orgId: OrgId, action: Action, waitMs: number): Promise<Action> {
    const open = this.#open.get(action.actionId);
    if (open === undefined || open.orgId !== orgId || isSettled(open.action.state)) {
      return Promise.resolve(open?.action ?? action);
    }
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        open.waiters.delete(done);
        resolve(open.action);
      };
      const cancel = this.#options.after(waitMs, done);
      open.waiters.add(done);
    });
  }

  async find(orgId: OrgId, actionId: ActionId): Promise<Action | undefined> {
    const open = this.#open.get(actionId);
    if (open !== undefined) return open.orgId === orgId ? open.action : undefined;
    return this.#options.rows.find(orgId, actionId);
  }

  /** A beat of the agent that carries it out. Beats of other hosts and of settled actions mean nothing. */
  async progress(hostId: HostId, message: ActionProgress): Promise<void> {
    const open = this.#open.get(message.action_id);
    if (open === undefined || open.action.hostId !== hostId || isSettled(open.action.state)) return;
    this.#listen(open);
    if (open.action.state !== message.phase) await this.#move(open, message.phase);
  }

  /**
   * The signed outcome, also one that comes after a reconnect. A result that the host's key did not sign is refused.
   *
   * @returns the newest audit intent that the agent remembers
   */
  async result(orgId: OrgId, hostId: HostId, message: ActionResult): Promise<Intent | null> {
    if (!(await this.#options.verifyResult(hostId, message.payload, message.signature))) {
      throw new ProtocolError("signature_invalid", "The result was not signed by this host's key.");
    }
    const outcome = actionOutcomeSchema.parse(JSON.parse(message.payload));
    const open = await this.#recall(orgId, outcome.actionId);
    if (open === undefined || open.action.hostId !== hostId || isSettled(open.action.state)) return outcome.witness;
    const failed: ActionState = outcome.rejected ? "rejected" : "failed";
    await this.#move(open, outcome.status === "SUCCESS" ? "succeeded" : failed, outcome.error);
    return outcome.witness;
  }

  /** The open actions of a host whose agent is back: what it must be asked about. */
  async unsettled(orgId: OrgId, hostId: HostId): Promise<readonly ActionId[]> {
    return (await this.#options.rows.open(orgId, hostId)).map((action) => action.actionId);
  }

  async #recall(orgId: OrgId, actionId: ActionId): Promise<Open | undefined> {
    const known = this.#open.get(actionId);
    if (known !== undefined) return known.orgId === orgId ? known : undefined;
    const action = await this.#options.rows.find(orgId, actionId);
    if (action === undefined) return undefined;
    const open: Open = { orgId, action, waiters: new Set(), cancelSilence: () => {} };
    this.#open.set(actionId, open);
    return open;
  }

  async #move(open: Open, state: ActionState, error: Action["error"] = null): Promise<void> {
    const settled = isSettled(state);
    open.action = { ...open.action, state, error, settledAtNs: settled ? this.#options.nowNs().toString() : null };
    await this.#options.rows.update(open.orgId, open.action);
    if (settled) await this.#options.audit.outcome(open.orgId, open.action);
    this.#options.publish(open.orgId, open.action);
    if (settled) {
      open.cancelSilence();
      for (const waiter of [...open.waiters]) waiter();
      this.#open.delete(open.action.actionId);
    } else if (state === "sent") {
      this.#listen(open);
    }
  }

  #listen(open: Open): void {
    open.cancelSilence();
    open.cancelSilence = this.#options.after(SILENCE_MS, () => {
      if (isSettled(open.action.state)) return;
      void this.#move(open, "unknown", {
        code: "agent_timeout",
        message: "The agent stopped reporting. What became of the action is settled when it is back.",
      }).then(() => {
        for (const waiter of [...open.waiters]) waiter();
      }, this.#options.report);
    });
  }

  #command(
    order: ActionOrder,
    actionId: ActionId,
    intent: { readonly seq: number; readonly hash: string },
  ): Omit<ActionCommand, "sessionNonce"> {
    const { container, requester, verb, timeoutSeconds } = order;
    return {
      hubId: this.#options.hubId,
      orgId: requester.orgId,
      hostId: container.hostId,
      actionId,
      containerId: container.containerId,
      dockerId: container.dockerId,
      startedAtNs: container.startedAtNs,
      verb,
      timeoutSeconds,
      actor: requester.name,
      override: order.override,
      issuedAtNs: this.#options.nowNs().toString(),
      timeToLiveMs: commandTimeToLiveMs(verb, { timeoutSeconds, stopGraceSeconds: container.stopGraceSeconds }),
      intent,
    };
  }
}

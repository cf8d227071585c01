import {
  type Action,
  type ActionCommand,
  type ActionState,
  type ActionVerb,
  isSettled,
} from "@yardarm/protocol/action";
import type { ActionProgress } from "@yardarm/protocol/agent-up/action-progress";
import { type ActionOutcome, type ActionResult, actionOutcomeSchema } from "@yardarm/protocol/agent-up/action-result";
import type { Container } from "@yardarm/protocol/container";
import { containerCan } from "@yardarm/protocol/container-can";
import { ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, BulkId, ContainerId, HostId, HubId, OrgId, UserId } from "@yardarm/protocol/ids";
import type { Intent } from "@yardarm/protocol/schema";
import { commandTimeToLiveMs } from "./command-deadline.ts";
import { OpenAction } from "./open-action.ts";

/** Silence of the agent after which nobody knows any more: it beats every 3 s while an action runs. */
const SILENCE_MS = 10_000;
/** How often an agent is asked what became of an action of which it says nothing. */
const ASK_AGAIN_MS = 30_000;
const NS_PER_MS = 1_000_000n;

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
  /** The name of a protected container, as an Admin typed it who means it. */
  readonly override: string | null;
  readonly idempotencyKey: string | null;
  readonly bulkId?: BulkId;
};

/** Rows of actions, and the audit rows that bracket them. Durable when they resolve. */
export type ActionRows = {
  /**
   * Stores a new action together with its audit intent: both, or neither. MUST be atomic on (org, user, key): the one that
   * the same key made before comes back without an intent; another body under that key is `conflict`.
   */
  readonly begin: (
    requester: Requester,
    action: Action,
    idempotencyKey: string | null,
  ) => Promise<{ readonly action: Action; readonly intent: Intent | null }>;
  /** What the same user made with this key; MUST throw `conflict` when it is not the same as `action`. */
  readonly earlier: (requester: Requester, action: Action, idempotencyKey: string) => Promise<Action | undefined>;
  readonly update: (orgId: OrgId, action: Action) => Promise<void>;
  /** Stores the state together with its audit row. */
  readonly conclude: (orgId: OrgId, action: Action) => Promise<void>;
  readonly find: (orgId: OrgId, actionId: ActionId) => Promise<Action | undefined>;
  /** Actions of a host, or on a container, that are not settled. */
  readonly open: (orgId: OrgId, hostId: HostId) => Promise<readonly Action[]>;
  readonly openOn: (orgId: OrgId, containerId: ContainerId) => Promise<readonly Action[]>;
};

export type ActionServiceOptions = {
  readonly hubId: HubId;
  readonly rows: ActionRows;
  /** Carries a command to the node that holds the host's agent, which signs it. Rejects with `agent_offline`. */
  readonly dispatch: (command: Omit<ActionCommand, "sessionNonce">) => Promise<void>;
  /** Asks the agent of a host what became of actions; rejects when nobody can be asked. */
  readonly ask: (orgId: OrgId, hostId: HostId, actionIds: readonly ActionId[]) => Promise<void>;
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

/**
 * The state machine of an action on the hub: requested → sent → accepted → running → settled, or `unknown` when the
 * agent falls silent. Each state is stored before anybody hears of it. The container's own state never comes from here.
 */
export class ActionService {
  readonly #options: ActionServiceOptions;
  readonly #open = new Map<ActionId, OpenAction>();

  constructor(options: ActionServiceOptions) {
    this.#options = options;
  }

  /** Begins the action and returns it as it stands when it settled, or after `waitMs`. Throws what `start` throws. */
  async request(order: ActionOrder, waitMs: number): Promise<Action> {
    return this.wait(order.requester.orgId, await this.start(order), waitMs);
  }

  /**
   * Audits and dispatches. The same idempotency key gives the same action and dispatches nothing.
   *
   * @throws ProtocolError `conflict` when the container's state does not allow the verb or the key was used otherwise,
   *   `busy` while another action on the container is under way, `agent_offline` when nobody can carry it out (audited)
   */
  async start(order: ActionOrder): Promise<Action> {
    const { requester, container, verb, idempotencyKey } = order;
    const { rows } = this.#options;
    const fresh = this.#describe(order);
    // Before anything is judged: the first attempt may be the very reason for which a second one would be refused.
    const earlier = idempotencyKey === null ? undefined : await rows.earlier(requester, fresh, idempotencyKey);
    if (earlier !== undefined) return earlier;
    const verdict = containerCan(verb, container.state);
    if (!verdict.allowed) throw new ProtocolError("conflict", verdict.reason);
    await this.#refuseBusy(order);
    const { action, intent } = await rows.begin(requester, fresh, idempotencyKey);
    if (intent === null) return action;
    const open = this.#adopt(requester.orgId, action);
    this.#options.publish(requester.orgId, action);
    try {
      await this.#move(open, "sent");
      this.#listen(open);
      await this.#options.dispatch(this.#command(order, action, intent));
    } catch (error) {
      const { code, message } = toProtocolError(error);
      // Whether a command left that nobody confirmed is known to the agent alone.
      if (code !== "agent_timeout") {
        await this.#move(open, "rejected", { error: { code, message } });
        throw error;
      }
      await this.#fallSilent(open);
    }
    return open.action;
  }

  /** Resolves with the action once it is settled or unknown, at the latest after `waitMs` with the state that it has then. */
  async wait(orgId: OrgId, action: Action, waitMs: number): Promise<Action> {
    const open = this.#open.get(action.actionId);
    if (open === undefined || open.orgId !== orgId) return (await this.find(orgId, action.actionId)) ?? action;
    return open.waited(waitMs, this.#options.after);
  }

  async find(orgId: OrgId, actionId: ActionId): Promise<Action | undefined> {
    const open = this.#open.get(actionId);
    if (open !== undefined) return open.orgId === orgId ? open.action : undefined;
    return this.#options.rows.find(orgId, actionId);
  }

  /** Actions that an earlier process of this hub left open: their agents have to be heard again, or they are unknown. */
  recover(orgId: OrgId, actions: readonly Action[]): void {
    for (const action of actions) if (!isSettled(action.state)) this.#listen(this.#adopt(orgId, action));
  }

  /** A beat of the agent that carries it out. Beats of other hosts and of settled actions mean nothing. */
  async progress(hostId: HostId, message: ActionProgress): Promise<void> {
    const open = this.#open.get(message.action_id);
    if (open === undefined || open.action.hostId !== hostId || isSettled(open.action.state)) return;
    this.#listen(open);
    await this.#move(open, message.phase);
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
    if (open !== undefined && open.action.hostId === hostId) {
      const { error, container } = outcome;
      await this.#move(open, stateOf(outcome), { error, ...(container === null ? {} : { health: container.health }) });
    }
    return outcome.witness;
  }

  /** The open actions of a host whose agent is back: what it must be asked about. */
  async unsettled(orgId: OrgId, hostId: HostId): Promise<readonly ActionId[]> {
    const open = await this.#options.rows.open(orgId, hostId);
    // What is not on its way yet is about to be: over this very connection.
    const leaving = (actionId: ActionId): boolean => this.#open.get(actionId)?.action.state === "requested";
    return open.map(({ actionId }) => actionId).filter((actionId) => !leaving(actionId));
  }

  /** The host was removed: its agent will not say any more what became of anything. */
  async hostRemoved(orgId: OrgId, hostId: HostId): Promise<void> {
    for (const action of await this.#options.rows.open(orgId, hostId)) {
      await this.#move(this.#open.get(action.actionId) ?? this.#adopt(orgId, action), "failed", {
        error: { code: "host_revoked", message: "The host was removed before its agent said what became of this." },
      });
    }
  }

  async #refuseBusy({ requester, container }: ActionOrder): Promise<void> {
    const open = await this.#options.rows.openOn(requester.orgId, container.containerId);
    // Whether one that is unknown still runs is for the agent to say, which has a lock of its own.
    const holder = open.find(({ state }) => state !== "unknown");
    if (holder === undefined) return;
    const { verb, actor, actionId } = holder;
    throw new ProtocolError("busy", `The ${verb} by ${actor} is still under way on this container (${actionId}).`);
  }

  async #recall(orgId: OrgId, actionId: ActionId): Promise<OpenAction | undefined> {
    const known = this.#open.get(actionId);
    if (known !== undefined) return known.orgId === orgId ? known : undefined;
    const action = await this.#options.rows.find(orgId, actionId);
    if (action === undefined || isSettled(action.state)) return undefined;
    return this.#open.get(actionId) ?? this.#adopt(orgId, action);
  }

  #adopt(orgId: OrgId, action: Action): OpenAction {
    const open = new OpenAction(orgId, action);
    this.#open.set(action.actionId, open);
    return open;
  }

  /** One after the other; what is settled stays as it is. */
  #move(open: OpenAction, state: ActionState, facts: Pick<Partial<Action>, "error" | "health"> = {}): Promise<void> {
    return open.inTurn(async () => {
      const before = open.action;
      if (isSettled(before.state) || before.state === state) return;
      const atNs = this.#options.nowNs().toString();
      const settled = isSettled(state);
      const next: Action = {
        ...{ ...before, error: null, ...facts, state, settledAtNs: settled ? atNs : null },
        steps: [...(before.steps ?? []), { state, atNs }].slice(-64),
        ...(settled && before.steps?.some((step) => step.state === "unknown") ? { late: true } : {}),
      };
      const { rows, publish } = this.#options;
      await (settled || state === "unknown" ? rows.conclude(open.orgId, next) : rows.update(open.orgId, next));
      open.action = next;
      publish(open.orgId, next);
      if (!settled) return;
      open.end();
      this.#open.delete(next.actionId);
    });
  }

  #listen(open: OpenAction): void {
    open.silence(this.#options.after(SILENCE_MS, () => void this.#fallSilent(open).catch(this.#options.report)));
  }

  /** Nobody knows now; the agent is asked until it says. */
  async #fallSilent(open: OpenAction): Promise<void> {
    if (isSettled(open.action.state)) return;
    const { after, ask, report } = this.#options;
    open.silence(after(ASK_AGAIN_MS, () => void this.#fallSilent(open).catch(report)));
    await this.#move(open, "unknown", {
      error: {
        code: "agent_timeout",
        message: "The agent stopped reporting. What became of the action is settled when it is back.",
      },
    });
    open.wake();
    // An agent that is away is asked when it connects.
    if (!isSettled(open.action.state))
      await ask(open.orgId, open.action.hostId, [open.action.actionId]).catch(() => {});
  }

  #describe(order: ActionOrder): Action {
    const { requester, container, verb, reason, timeoutSeconds, override, bulkId } = order;
    const nowNs = this.#options.nowNs();
    const requestedAtNs = nowNs.toString();
    return {
      actionId: this.#options.newActionId(),
      ...{ containerId: container.containerId, hostId: container.hostId, containerName: container.name },
      ...{ verb, reason, timeoutSeconds, state: "requested", actor: requester.name, override: override !== null },
      ...{ requestedAtNs, settledAtNs: null, error: null, ...(bulkId === undefined ? {} : { bulkId }) },
      deadlineNs: (nowNs + BigInt(timeToLiveMs(order)) * NS_PER_MS).toString(),
      steps: [{ state: "requested", atNs: requestedAtNs }],
    };
  }

  #command(order: ActionOrder, action: Action, intent: Intent): Omit<ActionCommand, "sessionNonce"> {
    const { container, requester, verb, timeoutSeconds, reason, override } = order;
    const { containerId, dockerId, hostId, startedAtNs } = container;
    return {
      ...{ hubId: this.#options.hubId, orgId: requester.orgId, hostId, actionId: action.actionId },
      ...{ containerId, dockerId, startedAtNs, verb, timeoutSeconds, actor: requester.name, intent },
      override: override === null ? null : { name: override, reason },
      issuedAtNs: action.requestedAtNs,
      timeToLiveMs: timeToLiveMs(order),
    };
  }
}

const timeToLiveMs = ({ verb, timeoutSeconds, container }: ActionOrder): number =>
  commandTimeToLiveMs(verb, { timeoutSeconds, stopGraceSeconds: container.stopGraceSeconds });

/** A command that was never accepted, and never will be, has expired; one that was refused for a reason is rejected. */
const stateOf = ({ status, rejected, error }: ActionOutcome): ActionState => {
  if (status === "SUCCESS") return "succeeded";
  if (!rejected) return "failed";
  return error?.code === "expired" ? "expired" : "rejected";
};

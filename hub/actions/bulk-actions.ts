import { type Action, type ActionVerb, isSettled } from "@yardarm/protocol/action";
import {
  type ActionPlan,
  type BulkAction,
  type BulkRequest,
  type BulkTarget,
  PLAN_MS,
} from "@yardarm/protocol/api/bulk-actions";
import { ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, BulkId, ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../audit/audit-chain.ts";
import type { AuditEntry } from "../audit/audit-row.ts";
import type { Actor } from "../auth/authority/can.ts";
import type { Requester } from "../auth/authority/requester.ts";
import type { OrgStorage, Storage } from "../storage/storage.ts";
import type { ActionOrder } from "./action-service.ts";
import { type Choice, judgeChoices } from "./bulk-plan.ts";

/** Longer than any command may take: what is still under way then is unknown. */
const LONGEST_MS = 3_700_000;

export type PlanOrder = { readonly verb: ActionVerb; readonly timeoutSeconds: number | null };

export type BulkActionsOptions = {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly actions: {
    readonly start: (order: ActionOrder) => Promise<Action>;
    readonly wait: (orgId: OrgId, action: Action, waitMs: number) => Promise<Action>;
    readonly find: (orgId: OrgId, actionId: ActionId) => Promise<Action | undefined>;
  };
  /** A container as this person may see and act on it now. */
  readonly choose: (actor: Actor, containerId: ContainerId, verb: ActionVerb) => Choice;
  /** The person as they are now; `null` when they may do nothing here any more. */
  readonly recheck: (actor: Actor) => Promise<Actor | null>;
  readonly newBulkId: () => BulkId;
  readonly nowMs: () => number;
  /** Told of failures that no caller waits for. */
  readonly report: (error: unknown) => void;
};

/** What is kept of a plan: what was shown, and which start of each container that was. */
type Planned = {
  readonly plan: ActionPlan;
  readonly timeoutSeconds: number | null;
  readonly startedAtNs: Readonly<Record<ContainerId, string | null>>;
};

/** Nothing but what came of it changes any more. */
type Run = {
  readonly planned: Planned;
  readonly requester: Requester;
  bulk: BulkAction;
  readonly targets: BulkTarget[];
};

/** Actions on several containers (ACTN-11): a plan that does nothing, and its execution, once, by whoever planned it. */
export class BulkActions {
  readonly #options: BulkActionsOptions;
  readonly #runs = new Map<BulkId, Run>();

  constructor(options: BulkActionsOptions) {
    this.#options = options;
  }

  async plan(actor: Actor, containerIds: readonly ContainerId[], order: PlanOrder): Promise<ActionPlan> {
    const { storage, choose, newBulkId, nowMs } = this.#options;
    const choices = [...new Set(containerIds)].map((containerId) => choose(actor, containerId, order.verb));
    const expiresAtMs = nowMs() + PLAN_MS;
    const plan: ActionPlan = {
      planId: newBulkId(),
      expiresAt: new Date(expiresAtMs).toISOString(),
      action: order.verb,
      ...judgeChoices(choices, order),
    };
    const startedAtNs = Object.fromEntries(
      choices.map(({ containerId, container }) => [containerId, container?.startedAtNs ?? null]),
    );
    const planned: Planned = { plan, timeoutSeconds: order.timeoutSeconds, startedAtNs };
    await storage.org(actor.orgId).bulkActions.plan(
      {
        ...{ bulkId: plan.planId, userId: actor.userId, state: "planned", expiresAtMs },
        documentJson: JSON.stringify(planned),
      },
      nowMs(),
    );
    return plan;
  }

  /**
   * Begins to carry out a plan and returns at once.
   *
   * @throws ProtocolError `not_found` also for the plan of somebody else, `expired`, `conflict` for one that was carried out
   */
  async begin(requester: Requester, request: BulkRequest): Promise<BulkAction> {
    const { storage, audit, nowMs } = this.#options;
    const { orgId, userId, name } = requester.actor;
    const row = await storage.org(orgId).bulkActions.find(request.planId);
    if (row === undefined || row.userId !== userId) throw new ProtocolError("not_found", "There is no such plan.");
    const carriedOut = new ProtocolError("conflict", "This plan was carried out already.");
    if (row.state !== "planned") throw carriedOut;
    if (row.expiresAtMs < nowMs()) {
      throw new ProtocolError("expired", "The plan is too old: look again at what would happen.");
    }
    const planned = JSON.parse(row.documentJson) as Planned;
    const { planId, action, targets } = planned.plan;
    if (targets.length === 0) throw new ProtocolError("conflict", "The plan has no targets.");
    const { reason, stopOnFailure, parallelism } = request;
    const run: Run = {
      ...{ planned, requester },
      targets: targets.map((target) => ({ ...target, state: "waiting", actionId: null, error: null })),
      bulk: {
        ...{ bulkId: planId, action, reason, stopOnFailure, parallelism },
        ...{ actor: name, state: "running", startedAt: new Date(nowMs()).toISOString(), endedAt: null, targets: [] },
      },
    };
    await storage.transaction(async (scope) => {
      const org = scope.org(orgId);
      if (!(await org.bulkActions.begin(planId, JSON.stringify(shown(run))))) throw carriedOut;
      await audit.appendIn(org, entryOf(run, "bulk.started"));
    });
    this.#runs.set(planId, run);
    this.#carryOut(run)
      .catch(this.#options.report)
      .finally(() => this.#runs.delete(planId));
    return shown(run);
  }

  /** `undefined` for what is no bulk action of the org, or only a plan. */
  async find(orgId: OrgId, bulkId: BulkId): Promise<BulkAction | undefined> {
    const run = this.#runs.get(bulkId);
    if (run !== undefined && run.requester.actor.orgId === orgId) return shown(run);
    const row = await this.#options.storage.org(orgId).bulkActions.find(bulkId);
    if (row === undefined || row.state === "planned") return undefined;
    const bulk = JSON.parse(row.documentJson) as BulkAction;
    return { ...bulk, targets: await Promise.all(bulk.targets.map((target) => this.#refresh(orgId, target))) };
  }

  /** What the last process of this hub left behind: nothing of it is begun any more. */
  async recover(): Promise<void> {
    const { storage, nowMs } = this.#options;
    for (const { orgId } of await storage.system.orgs.list()) {
      const { bulkActions } = storage.org(orgId);
      for (const { bulkId, documentJson } of await bulkActions.inState("running")) {
        const before = JSON.parse(documentJson) as BulkAction;
        const bulk: BulkAction = {
          ...before,
          state: "interrupted",
          endedAt: new Date(nowMs()).toISOString(),
          targets: before.targets.map((target) => (target.actionId === null ? skipped(target) : target)),
        };
        await bulkActions.update(bulkId, bulk.state, JSON.stringify(bulk));
      }
    }
  }

  async #carryOut(run: Run): Promise<void> {
    const waiting = run.targets.keys();
    let isStopped = false;
    const work = async (): Promise<void> => {
      for (const index of waiting) {
        if (isStopped) return;
        const state = await this.#act(run, index);
        if (run.bulk.stopOnFailure && (state === "failed" || state === "unknown")) isStopped = true;
      }
    };
    await Promise.all(Array.from({ length: run.bulk.parallelism }, work));
    for (const [index, target] of run.targets.entries()) {
      if (target.state === "waiting") run.targets[index] = skipped(target);
    }
    const endedAt = new Date(this.#options.nowMs()).toISOString();
    run.bulk = { ...run.bulk, state: isStopped ? "stopped" : "finished", endedAt };
    await this.#options.storage.transaction(async (scope) => {
      const org = scope.org(run.requester.actor.orgId);
      await this.#save(run, org);
      await this.#options.audit.appendIn(org, entryOf(run, "bulk.ended"));
    });
  }

  /** One target, as everything is now and not as it was when it was planned. Never throws. */
  async #act(run: Run, index: number): Promise<BulkTarget["state"]> {
    const { actions, report } = this.#options;
    const target = run.targets[index];
    if (target === undefined) return "skipped";
    const { orgId } = run.requester.actor;
    const change = (changes: Partial<BulkTarget>): void => {
      run.targets[index] = { ...target, ...run.targets[index], ...changes };
    };
    try {
      const order = await this.#orderFor(run, target);
      change({ state: "under_way" });
      const action = await actions.start(order);
      change({ actionId: action.actionId });
      await this.#save(run);
      change(endOf(await actions.wait(orgId, action, LONGEST_MS)));
    } catch (cause) {
      const { code, message } = toProtocolError(cause);
      if (code === "internal") report(cause);
      change({ state: "failed", error: { code, message } });
    }
    await this.#save(run).catch(report);
    return run.targets[index]?.state ?? "skipped";
  }

  async #orderFor({ planned, requester, bulk }: Run, { containerId }: BulkTarget): Promise<ActionOrder> {
    const { choose, recheck } = this.#options;
    const { timeoutSeconds, startedAtNs } = planned;
    const actor = await recheck(requester.actor);
    if (actor === null) throw new ProtocolError("forbidden", "Whoever began this may not act here any more.");
    const choice = choose(actor, containerId, bulk.action);
    const { excluded } = judgeChoices([choice], { verb: bulk.action, timeoutSeconds });
    const [no] = excluded;
    if (no !== undefined || choice.container === null) {
      throw new ProtocolError(CODES[no?.why ?? "not_found"], no?.reason ?? "There is no such container.");
    }
    const { container } = choice;
    if (container.startedAtNs !== startedAtNs[containerId]) {
      throw new ProtocolError("stale_target", "The container was started again after the plan was made.");
    }
    return {
      requester: { orgId: actor.orgId, userId: actor.userId, name: actor.email, address: requester.address },
      ...{ container, verb: bulk.action, reason: bulk.reason, timeoutSeconds, override: null, idempotencyKey: null },
      bulkId: bulk.bulkId,
    };
  }

  async #save(run: Run, org: OrgStorage = this.#options.storage.org(run.requester.actor.orgId)): Promise<void> {
    await org.bulkActions.update(run.bulk.bulkId, run.bulk.state, JSON.stringify(shown(run)));
  }

  /** What was open when it was written down may have ended since. */
  async #refresh(orgId: OrgId, target: BulkTarget): Promise<BulkTarget> {
    if (target.actionId === null || (target.state !== "under_way" && target.state !== "unknown")) return target;
    const action = await this.#options.actions.find(orgId, target.actionId);
    return action === undefined ? target : { ...target, ...endOf(action) };
  }
}

const CODES = {
  already: "conflict",
  impossible: "conflict",
  protected: "protected",
  not_allowed: "forbidden",
  offline: "agent_offline",
  not_found: "not_found",
} as const;

const shown = (run: Run): BulkAction => ({ ...run.bulk, targets: [...run.targets] });

const skipped = (target: BulkTarget): BulkTarget => ({ ...target, state: "skipped" });

const endOf = ({ state, error }: Action): Pick<BulkTarget, "state" | "error"> => {
  if (state === "unknown") return { state, error };
  if (!isSettled(state)) return { state: "under_way", error };
  return { state: state === "succeeded" ? "succeeded" : "failed", error };
};

const entryOf = ({ bulk, targets, requester }: Run, kind: "bulk.started" | "bulk.ended"): AuditEntry => {
  const { actor, address } = requester;
  const count = (state: BulkTarget["state"]): number => targets.filter((target) => target.state === state).length;
  const failures = count("failed") + count("unknown");
  const ended = { state: bulk.state, succeeded: count("succeeded"), failed: failures, skipped: count("skipped") };
  return {
    ...{ kind, address, reason: bulk.reason },
    actor: { type: "user", id: actor.userId, name: actor.name },
    target: { type: "bulk_action", id: bulk.bulkId, name: `${bulk.action} ${targets.length} containers` },
    outcome: kind === "bulk.started" ? "pending" : failures + count("skipped") === 0 ? "success" : "failure",
    details: { verb: bulk.action, targets: targets.length, ...(kind === "bulk.ended" ? ended : {}) },
  };
};

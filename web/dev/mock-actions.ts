import { type Action, isSettled } from "@yardarm/protocol/action";
import {
  type ActionPlan,
  type BulkAction,
  type BulkTarget,
  bulkRequestSchema,
  planRequestSchema,
} from "@yardarm/protocol/api/bulk-actions";
import { changeProtectionRuleSchema, createProtectionRuleSchema } from "@yardarm/protocol/api/protection";
import type { Container } from "@yardarm/protocol/container";
import { containerCan, isGuarded } from "@yardarm/protocol/container-can";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type BulkId, type ContainerId, type ProtectionRuleId } from "@yardarm/protocol/ids";
import { protectionOf } from "@yardarm/protocol/protection";
import type { ProtectionRule } from "@yardarm/protocol/protection-schema";
import type { MockFleet } from "./mock-fleet.ts";
import type { Answer, MockRequest } from "./mock-routes.ts";

/** Plans, their execution, the history of actions and protection rules, as the mock hub keeps them. */

const PLAN_MS = 5 * 60_000;
const DEFAULT_GRACE_SECONDS = 10;

export class MockActions {
  readonly #fleet: MockFleet;
  readonly #demand: (permission: string) => void;
  readonly #plans = new Map<string, ActionPlan>();
  readonly #bulks = new Map<string, BulkAction>();
  readonly #rules = new Map<string, ProtectionRule>();
  #ids = 0;

  /** `demand` throws when whoever is signed in lacks a permission. */
  constructor(fleet: MockFleet, demand: (permission: string) => void) {
    this.#fleet = fleet;
    this.#demand = demand;
  }

  /** `null` for what is not its business. */
  handle({ method, path, query, body }: MockRequest): Answer | null {
    const [, , collection = "", id = "", rest = ""] = path.split("/");
    switch (`${method} ${path}`) {
      case "GET /api/actions":
        return this.#history(query.get("container"));
      case "POST /api/actions/plan":
        return { status: 200, body: this.#plan(planRequestSchema.parse(body)) };
      case "POST /api/actions/bulk":
        return { status: 202, body: this.#begin(bulkRequestSchema.parse(body)) };
      case "GET /api/protection-rules":
        return { status: 200, body: { items: [...this.#rules.values()], nextCursor: null } };
      case "POST /api/protection-rules":
        this.#demand("protection.manage");
        return { status: 201, body: this.#keep({ ...createProtectionRuleSchema.parse(body), ...this.#made() }) };
    }
    if (method === "GET" && collection === "actions" && id === "bulk") return this.#find(rest);
    return collection === "protection-rules" ? this.#ruleCall(method, id, body) : null;
  }

  #ruleCall(method: string, id: string, body: unknown): Answer {
    const rule = this.#rules.get(id);
    if (rule === undefined) throw new ProtocolError("not_found", "There is no such rule.");
    this.#demand("protection.manage");
    if (method === "DELETE") {
      this.#rules.delete(id);
      this.#protect();
      return { status: 204 };
    }
    const { match = rule.match, scope = rule.scope, note = rule.note } = changeProtectionRuleSchema.parse(body);
    return { status: 200, body: this.#keep({ ...rule, match, scope, note }) };
  }

  #made(): Pick<ProtectionRule, "ruleId" | "createdAt" | "createdBy"> {
    const ruleId = asId<ProtectionRuleId>(this.#newId("prr"));
    return { ruleId, createdAt: new Date().toISOString(), createdBy: "Olga Owner" };
  }

  #keep(rule: ProtectionRule): ProtectionRule {
    this.#rules.set(rule.ruleId, rule);
    this.#protect();
    return rule;
  }

  #protect(): void {
    const rules = [...this.#rules.values()].map(({ match, scope, note }) => ({ ...match, scope, note }));
    this.#fleet.change({
      containers: [...this.#fleet.containers.values()].map((container) => ({
        ...container,
        protection: protectionOf(container, { rules, hubContainer: null }),
      })),
    });
  }

  #history(containerId: string | null): Answer {
    const items = this.#fleet.actions.filter((action) => action.containerId === containerId).toReversed();
    return { status: 200, body: { items, nextCursor: null } };
  }

  #plan({ action, containerIds = [] }: ReturnType<typeof planRequestSchema.parse>): ActionPlan {
    this.#demand(`container.${action.toLowerCase()}`);
    const plan: ActionPlan = {
      planId: asId<BulkId>(this.#newId("blk")),
      expiresAt: new Date(Date.now() + PLAN_MS).toISOString(),
      ...{ action, targets: [], excluded: [], longestGraceSeconds: 0 },
    };
    for (const containerId of containerIds) {
      const container = this.#fleet.containers.get(containerId);
      if (container === undefined) throw new ProtocolError("not_found", "There is no such container.");
      const { name, hostId } = container;
      const planned = { containerId, name, hostId, hostName: this.#fleet.hosts.get(hostId)?.name ?? "" };
      const no = this.#exclusionOf(action, container);
      if (no === null) plan.targets.push(planned);
      else plan.excluded.push({ ...planned, ...no });
      const isWaiting = no === null && (action === "STOP" || action === "RESTART");
      const grace = isWaiting ? (container.stopGraceSeconds ?? DEFAULT_GRACE_SECONDS) : 0;
      plan.longestGraceSeconds = Math.max(plan.longestGraceSeconds, grace);
    }
    this.#plans.set(plan.planId, plan);
    return plan;
  }

  #exclusionOf(
    verb: ActionPlan["action"],
    container: Container,
  ): Pick<ActionPlan["excluded"][number], "why" | "reason"> | null {
    const { scope, reason } = protectionOf(container, { rules: [], hubContainer: null });
    const protection = container.protection ?? { scope, reason };
    if (isGuarded(protection.scope, verb)) {
      return { why: "protected", reason: `${protection.reason} An admin may act on it alone.` };
    }
    const legal = containerCan(verb, container.state);
    if (!legal.allowed) return { why: "impossible", reason: legal.reason };
    const host = this.#fleet.hosts.get(container.hostId);
    return host?.status === "online"
      ? null
      : { why: "offline", reason: `The host ${host?.name ?? ""} does not answer.` };
  }

  #begin({ planId, reason, stopOnFailure, parallelism }: ReturnType<typeof bulkRequestSchema.parse>): BulkAction {
    const plan = this.#plans.get(planId);
    if (plan === undefined || this.#bulks.has(planId)) throw new ProtocolError("conflict", "Carried out already.");
    const bulk: BulkAction = {
      ...{ bulkId: planId, action: plan.action, reason, stopOnFailure, parallelism },
      ...{ actor: "Olga Owner", state: "running", startedAt: new Date().toISOString(), endedAt: null },
      targets: plan.targets.map((target) => ({ ...target, state: "waiting", actionId: null, error: null })),
    };
    this.#bulks.set(planId, bulk);
    void this.#carryOut(bulk);
    return bulk;
  }

  /** One after the other, so that each look of a target can be seen. */
  async #carryOut(bulk: BulkAction): Promise<void> {
    for (const target of bulk.targets) {
      const container = this.#fleet.containers.get(target.containerId as ContainerId);
      if (container === undefined) continue;
      if (bulk.state === "stopped") {
        target.state = "skipped";
        continue;
      }
      target.state = "under_way";
      const action = await this.#fleet.act(container, bulk.action, bulk.reason, bulk.actor, bulk.bulkId);
      const end = endOf(action);
      Object.assign(target, end);
      if (end.state === "failed" && bulk.stopOnFailure) bulk.state = "stopped";
    }
    if (bulk.state === "running") bulk.state = "finished";
  }

  #find(bulkId: string): Answer {
    const bulk = this.#bulks.get(bulkId);
    if (bulk === undefined) throw new ProtocolError("not_found", "There is no such bulk action.");
    return { status: 200, body: bulk };
  }

  #newId(prefix: string): string {
    this.#ids += 1;
    return `${prefix}_${String(this.#ids).padStart(20, "0")}`;
  }
}

const endOf = ({ actionId, state, error }: Action): Pick<BulkTarget, "actionId" | "state" | "error"> => ({
  actionId,
  state: state === "succeeded" ? "succeeded" : isSettled(state) ? "failed" : "unknown",
  error,
});

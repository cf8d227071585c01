import type { Action } from "@yardarm/protocol/action";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import type { AuditChain, AuditPosition } from "./audit-chain.ts";
import type { AuditActor, AuditEntry } from "./audit-row.ts";

type Requester = { readonly orgId: OrgId; readonly userId: UserId; readonly name: string; readonly address: string };

/** The two rows that bracket an action: the intent before it is dispatched, the outcome when it is settled. */
export interface ActionAudit {
  readonly intent: (requester: Requester, action: Action) => Promise<AuditPosition>;
  readonly outcome: (orgId: OrgId, action: Action) => Promise<void>;
}

const about = (action: Action): Pick<AuditEntry, "target" | "reason"> => ({
  target: { type: "container", id: action.containerId, name: "" },
  reason: action.reason,
});

const details = (action: Action) => ({ actionId: action.actionId, hostId: action.hostId, verb: action.verb });

export const createActionAudit = (chain: AuditChain): ActionAudit => ({
  intent: (requester, action) => {
    const actor: AuditActor = { type: "user", id: requester.userId, name: requester.name };
    return chain.append(requester.orgId, {
      ...about(action),
      kind: "action.intent",
      actor,
      address: requester.address,
      outcome: "pending",
      details: details(action),
    });
  },
  outcome: async (orgId, action) => {
    const { state, error } = action;
    await chain.append(orgId, {
      ...about(action),
      kind: "action.outcome",
      actor: { type: "agent", id: action.hostId, name: "" },
      address: null,
      outcome: state === "succeeded" ? "success" : state === "unknown" ? "unknown" : "failure",
      details: { ...details(action), state, errorCode: error?.code ?? null, error: error?.message ?? null },
    });
  },
});

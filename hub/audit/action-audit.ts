import type { Action } from "@yardarm/protocol/action";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import type { OrgStorage } from "../storage/storage.ts";
import type { AuditChain, AuditPosition } from "./audit-chain.ts";
import type { AuditEntry } from "./audit-row.ts";

type Requester = { readonly orgId: OrgId; readonly userId: UserId; readonly name: string; readonly address: string };

/** The rows that bracket an action: the intent before it is dispatched, and the outcome. */
export interface ActionAudit {
  /** Inside the transaction that stores the action. */
  readonly intent: (org: OrgStorage, requester: Requester, action: Action) => Promise<AuditPosition>;
  /** Inside the transaction that stores how it ended, or that nobody knows. */
  readonly outcome: (org: OrgStorage, action: Action) => Promise<void>;
}

const about = (action: Action): Pick<AuditEntry, "target" | "reason"> => ({
  target: { type: "container", id: action.containerId, name: action.containerName ?? "" },
  reason: action.reason,
});

const details = ({ actionId, hostId, verb, override, bulkId }: Action) => ({
  ...{ actionId, hostId, verb },
  ...(override === true ? { override } : {}),
  ...(bulkId === undefined ? {} : { bulkId }),
});

export const createActionAudit = (chain: AuditChain): ActionAudit => ({
  intent: (org, requester, action) =>
    chain.appendIn(org, {
      ...about(action),
      kind: "action.intent",
      actor: { type: "user", id: requester.userId, name: requester.name },
      address: requester.address,
      outcome: "pending",
      details: details(action),
    }),
  outcome: async (org, action) => {
    const { state, error, late, health } = action;
    await chain.appendIn(org, {
      ...about(action),
      kind: "action.outcome",
      actor: { type: "agent", id: action.hostId, name: "" },
      address: null,
      outcome: state === "succeeded" ? "success" : state === "unknown" ? "unknown" : "failure",
      details: {
        ...details(action),
        ...{ state, errorCode: error?.code ?? null, error: error?.message ?? null },
        ...(late === true ? { resolvedLate: true } : {}),
        ...(health === undefined ? {} : { health }),
      },
    });
  },
});

/** Acting on containers: the state machine, several at once, and what protects them, put together. */
import type { Action, ActionCommand } from "@yardarm/protocol/action";
import type { ActionId, BulkId, HostId, OrgId, ProtectionRuleId } from "@yardarm/protocol/ids";
import { type ActionRows, ActionService } from "./actions/action-service.ts";
import { BulkActions } from "./actions/bulk-actions.ts";
import { ProtectionRules } from "./actions/protection-rules.ts";
import { askAgent, dispatchCommand } from "./agent-side.ts";
import { createActionAudit } from "./audit/action-audit.ts";
import type { AuditChain } from "./audit/audit-chain.ts";
import { can } from "./auth/authority/can.ts";
import { permissionFor } from "./auth/authority/permissions.ts";
import { verifyFor } from "./auth/crypto/ed25519.ts";
import { newId } from "./auth/crypto/new-id.ts";
import type { HubKeys } from "./auth/hub-keys/hub-keys.ts";
import type { Callers } from "./auth/session/callers.ts";
import { resourceOf } from "./http/routes/container-routes.ts";
import type { Fleet } from "./inventory/fleet.ts";
import { findHubContainer } from "./own-container.ts";
import type { RequestRouter } from "./relay/request-router.ts";
import type { Storage } from "./storage/storage.ts";
import { sameOrder } from "./storage/tables/actions.ts";

type Common = {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly keys: HubKeys;
  readonly nowNs: () => bigint;
};

/** The rules of every org, read. */
export const openProtection = async (
  options: Common & { readonly changed: (orgId: OrgId) => void },
): Promise<ProtectionRules> => {
  const { storage, audit, keys, nowNs, changed } = options;
  const rules = new ProtectionRules({
    ...{ storage, audit, nowNs, changed, hubId: keys.hubId, hubContainer: findHubContainer() },
    newRuleId: () => newId<ProtectionRuleId>("rul"),
  });
  await rules.load();
  return rules;
};

export type ActingOptions = Common & {
  readonly fleet: Fleet;
  readonly router: RequestRouter;
  readonly callers: Callers;
  readonly publish: (orgId: OrgId, action: Action) => void;
  readonly after: (delayMs: number, task: () => void) => () => void;
  readonly nowMs: () => number;
  readonly report: (error: unknown) => void;
};

export type Acting = {
  readonly actions: ActionService;
  readonly bulk: BulkActions;
  /** Takes up what an earlier process left open. Call it once, before agents connect. */
  readonly recover: () => Promise<void>;
};

export const openActing = (options: ActingOptions): Acting => {
  const { storage, audit, keys, fleet, router, callers, nowNs, nowMs, after, publish, report } = options;
  const actions = new ActionService({
    hubId: keys.hubId,
    rows: actionRows(storage, audit),
    dispatch: (command: Omit<ActionCommand, "sessionNonce">) => dispatchCommand(router, keys, command),
    ask: (orgId, hostId, actionIds) => askAgent(router, { orgId, hostId, actionIds }),
    verifyResult: (hostId, payload, signature) => isSignedByHost(storage, hostId, { payload, signature }),
    newActionId: () => newId<ActionId>("act"),
    ...{ publish, nowNs, after, report },
  });
  const bulk = new BulkActions({
    ...{ storage, audit, actions, nowMs, report },
    choose: (actor, containerId, verb) => {
      const container = fleet.container(actor.orgId, containerId);
      const host = container === undefined ? undefined : fleet.host(actor.orgId, container.hostId);
      if (container === undefined || host === undefined) return { containerId, container: null };
      const { protection: _judged, ...resource } = resourceOf(fleet, actor, container);
      if (!can(actor, "fleet.read", resource).allowed) return { containerId, container: null };
      const decision = can(actor, permissionFor(verb), resource);
      return { containerId, container, host, refusal: decision.allowed ? null : decision.reason };
    },
    recheck: (actor) => callers.recheck(actor),
    newBulkId: () => newId<BulkId>("blk"),
  });
  const recover = async (): Promise<void> => {
    for (const { orgId } of await storage.system.orgs.list()) {
      actions.recover(orgId, await storage.org(orgId).actions.allOpen());
    }
    await bulk.recover();
  };
  return { actions, bulk, recover };
};

const actionRows = (storage: Storage, audit: AuditChain): ActionRows => {
  const actionAudit = createActionAudit(audit);
  return {
    begin: (requester, action, key) =>
      storage.transaction(async (scope) => {
        const org = scope.org(requester.orgId);
        const stored = await org.actions.insert(requester.userId, action, key);
        if (stored.actionId !== action.actionId) return { action: stored, intent: null };
        return { action, intent: await actionAudit.intent(org, requester, action) };
      }),
    earlier: async ({ orgId, userId }, action, key) => {
      const found = await storage.org(orgId).actions.ofKey(userId, key);
      return found === undefined ? undefined : sameOrder(found, action);
    },
    update: (orgId, action) => storage.org(orgId).actions.update(action),
    conclude: (orgId, action) =>
      storage.transaction(async (scope) => {
        const org = scope.org(orgId);
        await org.actions.update(action);
        await actionAudit.outcome(org, action);
      }),
    find: (orgId, actionId) => storage.org(orgId).actions.find(actionId),
    open: (orgId, hostId) => storage.org(orgId).actions.open(hostId),
    openOn: (orgId, containerId) => storage.org(orgId).actions.openOn(containerId),
  };
};

const isSignedByHost = async (
  storage: Storage,
  hostId: HostId,
  { payload, signature }: { readonly payload: string; readonly signature: string },
): Promise<boolean> => {
  const publicKey = (await storage.system.hosts.findCredential(hostId))?.agentPublicKey;
  return typeof publicKey === "string" && verifyFor("action-result", payload, { publicKey, signature });
};

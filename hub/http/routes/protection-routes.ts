import { listSchema } from "@yardarm/protocol/api/list";
import {
  type ChangeProtectionRule,
  type CreateProtectionRule,
  changeProtectionRuleSchema,
  createProtectionRuleSchema,
  previewProtectionSchema,
  protectionPreviewSchema,
} from "@yardarm/protocol/api/protection";
import type { OrgId, ProtectionRuleId } from "@yardarm/protocol/ids";
import { isRuled } from "@yardarm/protocol/protection";
import { type ProtectionRule, protectionRuleSchema } from "@yardarm/protocol/protection-schema";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Requester } from "../../auth/authority/requester.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { noContent, ofOrg, requesterOf } from "./requester.ts";

const PREVIEWED = 200;

/** What the routes need of whoever keeps the rules. Each change MUST leave an audit row. */
export interface KeptProtectionRules {
  list(orgId: OrgId): readonly ProtectionRule[];
  create(requester: Requester, rule: CreateProtectionRule): Promise<ProtectionRule>;
  update(requester: Requester, ruleId: ProtectionRuleId, change: ChangeProtectionRule): Promise<ProtectionRule>;
  remove(requester: Requester, ruleId: ProtectionRuleId): Promise<void>;
}

export type ProtectionRouteOptions = { readonly fleet: Fleet; readonly rules: KeptProtectionRules };

const ruleParams = z.object({ ruleId: idSchema<ProtectionRuleId>() });

/** The organization's rules that protect containers. */
export const protectionRoutes = ({ fleet, rules }: ProtectionRouteOptions): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/protection-rules",
    summary: "Rules that protect containers, oldest first",
    permission: "fleet.read",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    response: listSchema(protectionRuleSchema),
    handle: async ({ actor }) => {
      const items = rules
        .list(actor.orgId)
        .filter(({ match: { projectId } }) => projectId === null || (actor.projects?.includes(projectId) ?? true));
      return { status: 200, body: { items, nextCursor: null } };
    },
  }),
  guardedOperation({
    method: "POST",
    path: "/api/protection-rules",
    summary: "Protect the containers that fit",
    permission: "protection.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: createProtectionRuleSchema,
    response: protectionRuleSchema,
    handle: async ({ actor, body, request }) => ({
      status: 201,
      body: await rules.create(requesterOf(actor, request), body),
    }),
  }),
  guardedOperation({
    method: "POST",
    path: "/api/protection-rules/preview",
    summary: "What a rule would protect now; changes nothing",
    permission: "protection.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: previewProtectionSchema,
    response: protectionPreviewSchema,
    handle: async ({ actor, body: { match } }) => {
      const { projectId } = match;
      const found = fleet
        .view(actor.orgId)
        .containers.filter(
          (container) =>
            container.removedAtNs === null &&
            (projectId === null || fleet.host(actor.orgId, container.hostId)?.projectId === projectId) &&
            isRuled(container, match),
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const containers = found
        .slice(0, PREVIEWED)
        .map(({ containerId, name, hostId }) => ({ containerId, name, hostId }));
      return { status: 200, body: { count: found.length, containers } };
    },
  }),
  guardedOperation({
    method: "PATCH",
    path: "/api/protection-rules/:ruleId",
    summary: "Change a rule; what is left out stays",
    permission: "protection.manage",
    resource: ofOrg,
    params: ruleParams,
    query: NOTHING,
    body: changeProtectionRuleSchema,
    response: protectionRuleSchema,
    handle: async ({ actor, params, body, request }) => ({
      status: 200,
      body: await rules.update(requesterOf(actor, request), params.ruleId, body),
    }),
  }),
  guardedOperation({
    method: "DELETE",
    path: "/api/protection-rules/:ruleId",
    summary: "Delete a rule",
    permission: "protection.manage",
    resource: ofOrg,
    params: ruleParams,
    query: NOTHING,
    body: NO_BODY,
    response: null,
    handle: async ({ actor, params, request }) => {
      await rules.remove(requesterOf(actor, request), params.ruleId);
      return noContent();
    },
  }),
];

import { queryOptions } from "@tanstack/react-query";
import { listSchema } from "@yardarm/protocol/api/list";
import type { ChangeProtectionRule, CreateProtectionRule } from "@yardarm/protocol/api/protection";
import type { ProtectionRuleId } from "@yardarm/protocol/ids";
import { type ProtectionRule, protectionRuleSchema } from "@yardarm/protocol/protection-schema";
import { request, requestNothing } from "./http.ts";

/** Rules of the organization that protect containers. */

const rulesSchema = listSchema(protectionRuleSchema);

export const protectionRulesQuery = queryOptions({
  queryKey: ["protection-rules"],
  queryFn: ({ signal }) => request("/api/protection-rules", rulesSchema, { signal }),
});

export const createProtectionRule = (body: CreateProtectionRule): Promise<ProtectionRule> =>
  request("/api/protection-rules", protectionRuleSchema, { method: "POST", body });

export const changeProtectionRule = (ruleId: ProtectionRuleId, body: ChangeProtectionRule): Promise<ProtectionRule> =>
  request(`/api/protection-rules/${encodeURIComponent(ruleId)}`, protectionRuleSchema, { method: "PATCH", body });

export const deleteProtectionRule = (ruleId: ProtectionRuleId): Promise<void> =>
  requestNothing(`/api/protection-rules/${encodeURIComponent(ruleId)}`, { method: "DELETE" });

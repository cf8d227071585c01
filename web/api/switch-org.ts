import type { OrgId } from "@yardarm/protocol/ids";
import { requestNothing } from "./http.ts";

/** From now on the session works in this organization. What the page holds is still the other's. */
export const switchOrg = (orgId: OrgId): Promise<void> =>
  requestNothing("/api/orgs/switch", { method: "POST", body: { orgId } });

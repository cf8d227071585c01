import type { OrgId, ProjectId, UserId } from "@yardarm/protocol/ids";
import type { OrgStorage, StorageScope } from "../../storage/storage.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";

/** An org with its first project and its first owner, inside the caller's transaction. */
export const makeOrg = async (
  scope: StorageScope,
  org: {
    readonly name: string;
    readonly ownerId: UserId;
    readonly createdAtMs: number;
    readonly random: RandomBytes;
  },
): Promise<OrgStorage> => {
  const { name, ownerId, createdAtMs, random } = org;
  const orgId = newId<OrgId>("org", random);
  await scope.system.orgs.create({ orgId, name, createdAtMs });
  const rows = scope.org(orgId);
  await rows.projects.create({ projectId: newId<ProjectId>("prj", random), name: "Default", createdAtMs });
  await rows.members.add({ userId: ownerId, role: "owner", projects: null, createdAtMs });
  return rows;
};

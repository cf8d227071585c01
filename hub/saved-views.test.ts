import { MOST_VIEWS } from "@yardarm/protocol/api/views";
import type { OrgId, UserId } from "@yardarm/protocol/ids";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import type { Actor } from "./auth/authority/can.ts";
import { newId } from "./auth/crypto/new-id.ts";
import { SavedViews } from "./saved-views.ts";
import { openSqliteStorage } from "./storage/sqlite/open-sqlite.ts";
import type { Storage } from "./storage/storage.ts";

const NOW_MS = 1_800_000_000_000;

const makeUser = async (storage: Storage, orgId: OrgId): Promise<Actor> => {
  const userId = newId<UserId>("usr");
  const email = `${userId}@example.com`;
  await storage.system.users.create({ userId, email, name: "A", passwordHash: "x", createdAtMs: NOW_MS });
  return { userId, orgId, email, name: "A", sessionId: null, role: "viewer", projects: null };
};

const makeOrg = async (storage: Storage): Promise<OrgId> => {
  const orgId = newId<OrgId>("org");
  await storage.system.orgs.create({ orgId, name: "Org", createdAtMs: NOW_MS });
  return orgId;
};

test("[LOGS-12] a view is its owner's, or everybody's of the org; only its owner removes it", async () => {
  await using directory = await makeTempDir("saved-views");
  const storage = await openSqliteStorage({ dataDirectory: directory.path });
  const views = new SavedViews({ storage, nowMs: () => NOW_MS });
  const orgId = await makeOrg(storage);
  const [anna, ben] = [await makeUser(storage, orgId), await makeUser(storage, orgId)];
  const stranger = await makeUser(storage, await makeOrg(storage));
  const own = await views.create(anna, { name: "mine", query: "name=web", shared: false });
  const shared = await views.create(anna, { name: "errors", query: "levels=error", shared: true });
  expect(shared).toMatchObject({ name: "errors", query: "levels=error", shared: true, ownerId: anna.userId });
  expect(await views.list(anna)).toEqual([shared, own]);
  expect(await views.list(ben)).toEqual([shared]);
  expect(await views.list(stranger)).toEqual([]);
  await expect(views.remove(ben, shared.viewId)).rejects.toMatchObject({ code: "not_found" });
  await expect(views.remove(stranger, shared.viewId)).rejects.toMatchObject({ code: "not_found" });
  await views.remove(anna, shared.viewId);
  expect(await views.list(ben)).toEqual([]);
  await storage.close();
});

test("nobody fills the hub with views", async () => {
  await using directory = await makeTempDir("saved-views");
  const storage = await openSqliteStorage({ dataDirectory: directory.path });
  const views = new SavedViews({ storage, nowMs: () => NOW_MS });
  const anna = await makeUser(storage, await makeOrg(storage));
  for (let count = 0; count < MOST_VIEWS; count++) {
    await views.create(anna, { name: `${count}`, query: "", shared: false });
  }
  await expect(views.create(anna, { name: "more", query: "", shared: false })).rejects.toMatchObject({
    code: "conflict",
  });
  await storage.close();
});

import path from "node:path";
import type { OrgId } from "@yardarm/protocol/ids";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SqliteDatabase } from "../storage/sqlite/node-sqlite.ts";
import { createActionAudit } from "./action-audit.ts";
import type { AuditEntry } from "./audit-row.ts";

let hub: HubCore;
let orgId: OrgId;

beforeEach(async () => {
  hub = await openHubCore();
  ({ orgId } = await hub.claim()); // row 1
});
afterEach(() => hub[Symbol.asyncDispose]());

const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  kind: "host.renamed",
  actor: { type: "user", id: "usr_a", name: "Ada" },
  target: { type: "host", id: "hst_a", name: "web-1" },
  address: "192.0.2.1",
  reason: null,
  outcome: "success",
  ...change,
});

const append = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) await hub.audit.append(orgId, entry({ details: { index } }));
};

/** Does what somebody with the database in their hands could do. */
const tamper = (sql: string): void => {
  using database = new SqliteDatabase(path.join(hub.directory, "yardarm.db"));
  database.exec("drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete");
  database.exec(sql);
};

test("[AUDT-05] an untouched chain verifies, and its head is the last row", async () => {
  await append(5);
  const position = await hub.audit.append(orgId, entry());
  expect(position.seq).toBe(7);
  expect(await hub.audit.verify(orgId)).toEqual({ ok: true, rows: 7, fromSeq: 1, head: position });
});

test("[AUDT-05] the newest rows alone are verified at their own cost, and a cut tail shows there too", async () => {
  await append(9);
  const head = await hub.audit.append(orgId, entry());
  expect(await hub.audit.verify(orgId, [head], 4)).toEqual({ ok: true, rows: 4, fromSeq: 8, head });
  expect(await hub.audit.verify(orgId, [], 1_000)).toMatchObject({ ok: true, rows: 11, fromSeq: 1 });
  tamper("update audit set body = replace(body, 'Ada', 'Eve') where seq = 5");
  expect(await hub.audit.verify(orgId, [], 4)).toMatchObject({ ok: true, fromSeq: 8 });
  expect(await hub.audit.verify(orgId)).toMatchObject({ ok: false, brokenSeq: 5 });
  tamper("delete from audit where seq = 7");
  expect(await hub.audit.verify(orgId, [], 4)).toEqual({ ok: false, brokenSeq: 7, problem: "missing" });
  tamper("update audit set body = replace(body, 'Ada', 'Eve') where seq = 9");
  expect(await hub.audit.verify(orgId, [], 3)).toEqual({ ok: false, brokenSeq: 9, problem: "changed" });
  tamper("delete from audit where seq > 10");
  expect(await hub.audit.verify(orgId, [head], 1)).toMatchObject({ ok: false, problem: "missing" });
});

test("rows that are appended at once are numbered one after the other", async () => {
  const positions = await Promise.all(Array.from({ length: 20 }, () => hub.audit.append(orgId, entry())));
  expect(positions.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 2),
  );
  expect(await hub.audit.verify(orgId)).toMatchObject({ ok: true, rows: 21 });
});

test("[SEC-T26] a changed, deleted, reordered, recomputed or relabelled row is named", async () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ["update audit set body = replace(body, 'Ada', 'Eve') where seq = 4", 4, "changed"],
    ["update audit set hash = 'x' where seq = 4", 4, "changed"],
    ["update audit set body = 'nonsense' where seq = 4", 4, "changed"],
    ["delete from audit where seq = 4", 4, "missing"],
    [
      "update audit set seq = 100 where seq = 4; update audit set seq = 4 where seq = 5; update audit set seq = 5 where seq = 100",
      4,
      "unlinked",
    ],
    ["update audit set kind = 'host.removed' where seq = 4", 4, "columns"],
    ["update audit set actor_id = null where seq = 4", 4, "columns"],
    ["delete from audit where seq = 8", 8, "missing"],
    ["delete from audit where seq = 1", 1, "missing"],
    ["delete from audit", 1, "missing"],
  ];
  for (const [sql, brokenSeq, problem] of cases) {
    await using fresh = await openHubCore();
    const claimed = await fresh.claim();
    for (let index = 0; index < 7; index += 1) await fresh.audit.append(claimed.orgId, entry({ details: { index } }));
    using database = new SqliteDatabase(path.join(fresh.directory, "yardarm.db"));
    database.exec("drop trigger audit_no_update; drop trigger audit_no_delete");
    database.exec(sql);
    expect([sql, await fresh.audit.verify(claimed.orgId)]).toEqual([sql, { ok: false, brokenSeq, problem }]);
  }
});

test("[AUDT-05] a tail that was cut together with its head shows in the position that somebody remembers", async () => {
  await append(3);
  const intent = await hub.audit.append(orgId, entry({ kind: "action.intent", outcome: "pending" }));
  const rows = await hub.audit.list(orgId, { before: intent.seq, limit: 1 });
  tamper(
    `delete from audit where seq = ${intent.seq}; update audit_heads set seq = ${intent.seq - 1}, hash = '${rows[0]?.hash}'`,
  );
  expect(await hub.audit.verify(orgId)).toMatchObject({ ok: true, head: { seq: intent.seq - 1 } });
  expect(await hub.audit.verify(orgId, [intent])).toEqual({ ok: false, brokenSeq: intent.seq, problem: "missing" });
  await hub.audit.append(orgId, entry());
  expect(await hub.audit.verify(orgId, [intent])).toEqual({ ok: false, brokenSeq: intent.seq, problem: "changed" });
});

test("a row belongs to the transaction in which it was written", async () => {
  const failing = hub.storage.transaction(async (scope) => {
    await hub.audit.appendIn(scope.org(orgId), entry());
    throw new Error("rolled back");
  });
  await expect(failing).rejects.toThrow("rolled back");
  expect(await hub.audit.verify(orgId)).toMatchObject({ ok: true, rows: 1 });
});

test("[AUDT-04] rows are read newest first, filtered and page by page", async () => {
  await append(4);
  await hub.audit.append(orgId, entry({ kind: "host.removed", reason: "old", details: { b: 1, a: "x" } }));
  const [removed] = await hub.audit.list(orgId, { before: null, limit: 10, filter: { kinds: ["host.removed"] } });
  expect(removed).toMatchObject({
    ...entry({ kind: "host.removed", reason: "old", details: { a: "x", b: 1 } }),
    seq: 6,
    atNs: hub.clock.nowNs().toString(),
  });
  const page = await hub.audit.list(orgId, { before: 4, limit: 2 });
  expect(page.map(({ seq }) => seq)).toEqual([3, 2]);
  expect(await hub.audit.list(orgId, { before: null, limit: 9, filter: { actorId: "usr_a" } })).toHaveLength(5);
});

test("[AUDT-01] an action leaves its intent and its outcome", async () => {
  const audit = createActionAudit(hub.audit);
  const action = {
    actionId: "act_a" as never,
    containerId: "ctr_a" as never,
    hostId: "hst_a" as never,
    verb: "RESTART",
    state: "requested",
    reason: "stuck",
    actor: "Ada",
    requestedAtNs: "1",
    settledAtNs: null,
    error: null,
  } as const;
  const requester = { orgId, userId: "usr_a" as never, name: "Ada", address: "192.0.2.1" };
  const intent = await hub.storage.transaction((scope) => audit.intent(scope.org(orgId), requester, action));
  const failed = { ...action, state: "failed", error: { code: "engine_error", message: "no" } } as const;
  await hub.storage.transaction((scope) => audit.outcome(scope.org(orgId), failed));
  const [outcome, before] = await hub.audit.list(orgId, { before: null, limit: 2 });
  expect(before).toMatchObject({
    ...intent,
    kind: "action.intent",
    outcome: "pending",
    reason: "stuck",
    address: "192.0.2.1",
  });
  expect(outcome).toMatchObject({
    kind: "action.outcome",
    outcome: "failure",
    target: { type: "container", id: "ctr_a" },
    details: { actionId: "act_a", verb: "RESTART", state: "failed", errorCode: "engine_error", error: "no" },
  });
});

import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { type HubCore, openHubCore } from "../../testkit/hub-core.ts";
import { tamperWithSqlite } from "../../testkit/tamper-audit.ts";
import { newId } from "../auth/crypto/new-id.ts";
import type { AuditPosition } from "./audit-chain.ts";
import { hashBody, readBody, writeBody } from "./audit-row.ts";
import { AuditWitnesses } from "./audit-witnesses.ts";

type World = AsyncDisposable & {
  readonly hub: HubCore;
  readonly orgId: OrgId;
  readonly hostId: HostId;
  readonly witnesses: AuditWitnesses;
  /** Positions of the intents, oldest first. */
  readonly intents: readonly AuditPosition[];
  readonly contradicted: readonly AuditPosition[];
  /** What somebody with the database in their hands does. */
  readonly tamper: (sql: string) => void;
};

const INTENTS = 6;

const openWorld = async (): Promise<World> => {
  const hub = await openHubCore();
  const { orgId } = await hub.claim(); // row 1
  const contradicted: AuditPosition[] = [];
  const { storage, audit } = hub;
  const witnesses = new AuditWitnesses({
    ...{ storage, chain: audit },
    contradicted: (_org, _host, remembered) => contradicted.push(remembered),
  });
  const intents: AuditPosition[] = [];
  for (let index = 0; index < INTENTS; index += 1) {
    intents.push(
      await audit.append(orgId, {
        kind: "action.intent",
        actor: { type: "user", id: "usr_a", name: "Ada" },
        target: { type: "container", id: "ctr_a", name: "web" },
        address: null,
        reason: `reason ${index}`,
        outcome: "pending",
      }),
    );
  }
  const tamper = (sql: string): void => tamperWithSqlite(hub.directory, sql);
  return {
    ...{ hub, orgId, witnesses, intents, contradicted, tamper },
    hostId: newId<HostId>("hst"),
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
};

test("[AUDT-05] a whole chain that has everything that agents remember holds, and says who remembers", async () => {
  await using world = await openWorld();
  const { orgId, hostId, witnesses, intents } = world;
  await witnesses.heard(orgId, hostId, intents[5] as AuditPosition);
  expect(world.contradicted).toEqual([]);
  expect(await witnesses.verify(orgId)).toMatchObject({
    ok: true,
    rows: 7,
    witnesses: [{ hostId, seq: intents[5]?.seq }],
  });
});

test("[AUD-2] [AUDT-05] a tail that was cut shows by what an agent remembers, now and when the agent says it again", async () => {
  await using world = await openWorld();
  const { orgId, hostId, witnesses, intents, tamper } = world;
  const last = intents[5] as AuditPosition;
  await witnesses.heard(orgId, hostId, last);
  tamper(`delete from audit where seq > 5; update audit_heads set seq = 5, hash = '${intents[3]?.hash}'`);
  expect(await world.hub.audit.verify(orgId)).toMatchObject({ ok: true, rows: 5 });
  expect(await witnesses.verify(orgId)).toMatchObject({ ok: false, brokenSeq: 6, problem: "missing" });
  // Whoever cuts the chain can forget what the agents said as well; the agents do not.
  tamper("delete from audit_witnesses");
  expect(await witnesses.verify(orgId)).toMatchObject({ ok: true });
  await witnesses.heard(orgId, hostId, last);
  expect(world.contradicted).toEqual([last]);
  expect(await witnesses.verify(orgId)).toMatchObject({ ok: false, brokenSeq: 6, problem: "missing" });
});

test("[AUDT-05] a chain that was written anew with right hashes shows by what an agent remembers", async () => {
  await using world = await openWorld();
  const { orgId, hostId, witnesses, intents, tamper, hub } = world;
  await witnesses.heard(orgId, hostId, intents[5] as AuditPosition);
  const rows = await hub.storage.org(orgId).audit.after(0, 100);
  let prev = readBody(rows[2]?.body ?? "")?.prev ?? "";
  for (const row of rows.slice(2)) {
    const {
      orgId: _org,
      seq,
      atNs,
      prev: _prev,
      v: _v,
      ...entry
    } = readBody(row.body) as NonNullable<ReturnType<typeof readBody>>;
    const body = writeBody({ ...entry, reason: "harmless" }, { orgId, seq, atNs, prev });
    prev = hashBody(body);
    tamper(`update audit set body = '${body}', hash = '${prev}' where seq = ${seq}`);
  }
  tamper(`update audit_heads set hash = '${prev}'`);
  expect(await hub.audit.verify(orgId)).toMatchObject({ ok: true, rows: 7 });
  expect(await witnesses.verify(orgId)).toMatchObject({ ok: false, brokenSeq: 7, problem: "changed" });
});

test("[AUDT-05] an agent's older memory, or a lost one, weakens nothing", async () => {
  await using world = await openWorld();
  const { orgId, hostId, witnesses, intents } = world;
  await witnesses.heard(orgId, hostId, intents[5] as AuditPosition);
  await witnesses.heard(orgId, hostId, intents[2] as AuditPosition);
  expect((await witnesses.verify(orgId)).witnesses).toEqual([{ hostId, seq: intents[5]?.seq }]);
});

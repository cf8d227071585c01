import { openHubCore } from "@yardarm/testkit/hub-core";
import { expect, test } from "vitest";
import { changeRetention, readLimits, readRetention } from "./log-keeping.ts";

const config = {
  logDays: 14,
  logContainerBytes: 2_000,
  logOrgBytes: 0,
  logTotalBytes: 50_000,
  logMinFreeBytes: 1_000,
};

test("[LOGS-12] an org's bounds are the installation's until it sets its own, and again when it takes them back", async () => {
  await using hub = await openHubCore();
  const { orgId, session } = await hub.claim();
  const actor = await hub.sessions.authenticate(session.token);
  if (actor === null) throw new Error("nobody is signed in");
  const requester = { actor, address: "192.0.2.1" };
  const { storage, audit } = hub;
  const defaults = { days: 14, containerBytes: 2_000, orgBytes: 0 };
  const unset = { days: null, containerBytes: null, orgBytes: null };
  expect(await readRetention({ storage, config }, orgId)).toEqual({ own: unset, inForce: defaults });

  await changeRetention({ storage, audit }, requester, { days: 3, orgBytes: 9_000 });
  await changeRetention({ storage, audit }, requester, { containerBytes: 0 });
  expect(await readRetention({ storage, config }, orgId)).toEqual({
    own: { days: 3, containerBytes: 0, orgBytes: 9_000 },
    inForce: { days: 3, containerBytes: 0, orgBytes: 9_000 },
  });
  expect(await readLimits(storage, config)).toEqual({
    maxTotalBytes: 50_000,
    minFreeBytes: 1_000,
    defaults: { maxDays: 14, maxContainerBytes: 2_000, maxOrgBytes: null },
    orgs: new Map([[orgId, { maxDays: 3, maxContainerBytes: null, maxOrgBytes: 9_000 }]]),
  });

  await changeRetention({ storage, audit }, requester, { days: null });
  expect((await readRetention({ storage, config }, orgId)).inForce.days).toBe(14);
  const rows = await audit.list(orgId, { before: null, limit: 10, filter: { kinds: ["retention.changed"] } });
  expect(rows).toHaveLength(3);
  expect(rows[0]?.details).toMatchObject({ before: expect.stringContaining('"maxDays":3') });
});

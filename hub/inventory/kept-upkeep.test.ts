import { asId, type ContainerId, type HostId, type OrgId } from "@yardarm/protocol/ids";
import { ManualClock } from "@yardarm/testkit/manual-clock";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { expect, test } from "vitest";
import { containerIdOf, workloadIdOf } from "./container-id.ts";
import { Fleet } from "./fleet.ts";
import { KeptUpkeep } from "./kept-upkeep.ts";

const orgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const idOf = (n: number): ContainerId => containerIdOf(hostId, dockerIdOf(n));

/** Kept containers, each removed right now, and the numbers of those of which lines are stored. */
const openKept = (count: number, off: readonly number[] = []) => {
  const clock = new ManualClock();
  const fleet = new Fleet();
  const stored = new Set<number>();
  const asked: number[] = [];
  const numbers = Array.from({ length: count }, (_, n) => n);
  const upkeep = new KeptUpkeep({
    fleet,
    nowMs: () => clock.nowMs(),
    forget: (_, removedContainers) => fleet.apply({ orgId, removedContainers }),
    logs: {
      since: async (_, containerIds) => {
        asked.push(containerIds.length);
        return new Map([...stored].map(idOf).flatMap((id) => (containerIds.includes(id) ? [[id, null]] : [])));
      },
    },
  });
  fleet.apply({
    orgId,
    keptContainers: numbers.map((n) => ({
      ...reportedContainer(n),
      containerId: idOf(n),
      workloadId: workloadIdOf(hostId, `web-${n}`),
      hostId,
      removedAtNs: clock.nowNs().toString(),
      logSource: off.includes(n) ? { kind: "off", reason: "The label excludes it." } : { kind: "pending" },
    })),
  });
  const known = (): readonly number[] => numbers.filter((n) => fleet.container(orgId, idOf(n)) !== undefined);
  return { clock, upkeep, stored, asked, known };
};

test("[LOGS-03] a kept container is forgotten when nothing of it is stored, not while its last lines may still come", async () => {
  const { clock, upkeep, stored, known } = openKept(4, [2, 3]);
  for (const n of [0, 3]) stored.add(n);
  await upkeep.tick();
  expect(known(), "of one whose log is off nothing will come").toEqual([0, 1, 3]);
  clock.advance(HOUR_MS);
  await upkeep.tick();
  expect(known()).toEqual([0, 3]);
});

test("[LOGS-03] what retention takes is asked for again; what is stored is asked for once in between", async () => {
  const { clock, upkeep, stored, asked, known } = openKept(450);
  for (let n = 0; n < 450; n++) stored.add(n);
  clock.advance(HOUR_MS);
  await upkeep.tick();
  expect(asked, "in pages").toEqual([200, 200, 50]);
  clock.advance(MINUTE_MS);
  await upkeep.tick();
  expect(asked).toHaveLength(3);
  stored.delete(7);
  upkeep.evicted();
  clock.advance(MINUTE_MS - 1);
  await upkeep.tick();
  expect(known(), "not every moment").toHaveLength(450);
  clock.advance(1);
  await upkeep.tick();
  expect(known()).toHaveLength(449);
  expect(known()).not.toContain(7);
});

import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { asId, type ContainerId, type HostId, type OrgId, type ProjectId, type UserId } from "@yardarm/protocol/ids";
import { reportedContainer } from "@yardarm/testkit/sample-container";
import { describe, expect, test } from "vitest";
import { type Actor, can } from "../../auth/authority/can.ts";
import { Fleet } from "../../inventory/fleet.ts";
import { recheckOf } from "./log-rights.ts";

const orgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
const projectIdOf = (letter: string): ProjectId => asId<ProjectId>(`prj_${letter.repeat(20)}`);
const actor: Actor = {
  ...{
    userId: asId<UserId>("usr_aaaaaaaaaaaaaaaaaaaa"),
    sessionId: null,
    orgId,
    name: "Ann",
    email: "ann@example.com",
  },
  ...{ role: "viewer", projects: null },
};

describe("[IDTY-06] a long answer", () => {
  /** A container in each of two projects, and a reader of both. */
  const open = () => {
    const fleet = new Fleet();
    const containers = ["a", "b"].map((letter, n): Container => {
      const hostId = asId<HostId>(`hst_${letter.repeat(20)}`);
      const host = { hostId, projectId: projectIdOf(letter), name: letter, status: "online" } as Host;
      fleet.apply({ orgId, hosts: [host] });
      const ids = { containerId: asId<ContainerId>(`ctr_${letter.repeat(20)}`), hostId };
      return { ...reportedContainer(n), ...ids, removedAtNs: null, logSource: { kind: "pending" } } as Container;
    });
    fleet.apply({ orgId, containers });
    const reader = { now: actor as Actor | null, asked: 0, atMs: 1_000 };
    const check = recheckOf(
      {
        ...{ fleet, can, nowMs: () => reader.atMs },
        recheck: async () => {
          reader.asked += 1;
          return reader.now;
        },
      },
      { actor, containers },
    );
    return { reader, check };
  };

  test("goes on as long as its reader may read all of it, and asks now and then", async () => {
    const { reader, check } = open();
    await check();
    expect(reader.asked).toBe(0);
    reader.atMs += 4_000;
    await check();
    await check();
    expect(reader.asked).toBe(1);
  });

  test("ends when the right to one of the containers is gone", async () => {
    const { reader, check } = open();
    reader.now = { ...actor, projects: [projectIdOf("a")] };
    await check();
    reader.atMs += 4_000;
    await expect(check()).rejects.toMatchObject({ name: "ProtocolError" });
  });

  test("ends when its reader may no longer sign in", async () => {
    const { reader, check } = open();
    reader.now = null;
    reader.atMs += 4_000;
    await expect(check()).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

import { connectAgent, enrollAgent } from "@yardarm/testkit/agent-line";
import { AuthorityWorld } from "@yardarm/testkit/authority-world";
import { HELLO } from "@yardarm/testkit/gateway-world";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { expect, test } from "vitest";
import { CloneAlerts } from "./clone-alerts.ts";

const requesterOf = ({ ownerActor: { orgId, userId, name } }: AuthorityWorld) =>
  ({ orgId, actor: { type: "user", id: userId, name }, address: null }) as const;

test("[HOST-06] one identity in two places: the second is refused, the first stays, and the audit says so", async () => {
  await using world = await AuthorityWorld.open();
  const requester = requesterOf(world);
  const { enrollment } = world.people;
  const agent = await enrollAgent(
    world.hub.url,
    await enrollment.createHost(requester, { name: "copied", projectId: null }),
  );
  const other = await connectAgent(
    world.hub.url,
    await enrollment.createHost(requester, { name: "alone", projectId: null }),
  );
  const first = await agent.connect();
  first.send(HELLO);
  await first.message((text) => text.includes("welcome"));
  const copy = await agent.connect();
  copy.send(HELLO);
  const [, reason] = await copy.closed;
  expect(reason).toBe("duplicate_agent");
  expect(first.socket.readyState).toBe(first.socket.OPEN);
  const filter = { kinds: ["host.cloned"] as const };
  const [row] = await waitUntil("the audit row", async () => {
    const rows = await world.people.audit.list(requester.orgId, { before: null, limit: 10, filter });
    return rows.length > 0 && rows;
  });
  expect(row).toMatchObject({ kind: "host.cloned", target: { id: agent.hostId, name: "copied" }, outcome: "denied" });
  other.socket.terminate();
});

test("[HOST-06] a copy that comes back every half minute leaves one row an hour", () => {
  const rows: unknown[] = [];
  let nowMs = 0;
  const alerts = new CloneAlerts({
    audit: {
      append: async (...row) => {
        rows.push(row);
        return row as never;
      },
    },
    nowMs: () => nowMs,
    report: (error) => {
      throw error;
    },
  });
  const host = { orgId: "org_1" as never, hostId: "hst_1" as never, name: "a" };
  for (; nowMs < 3_600_000; nowMs += 30_000) alerts.record(host);
  expect(rows).toHaveLength(1);
  alerts.record({ ...host, hostId: "hst_2" as never });
  alerts.record(host);
  expect(rows).toHaveLength(3);
});

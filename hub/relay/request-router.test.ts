import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type HostId, type OrgId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { MemoryBus } from "../bus/memory-bus.ts";
import { AgentConnection } from "./agent-connection.ts";
import { RequestRouter } from "./request-router.ts";

const orgId = asId<OrgId>("org_0000000000aa");
const hostId = asId<HostId>("hst_0000000000aa");
const start = () => {
  const reports: unknown[] = [];
  const report = (error: unknown): void => void reports.push(error);
  const bus = new MemoryBus({
    report,
    after: (delayMs, task) => {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
  });
  const connect = (epoch: number) =>
    new AgentConnection({
      ...{ orgId, hostId, epoch, sessionNonce: `nonce${epoch}` },
      socket: { send: () => {}, ping: () => {}, close: () => {} },
    });
  return { router: new RequestRouter({ bus, report }), connect, reports };
};
const ask = { orgId, hostId, kind: "echo", body: { a: [1] }, timeoutMs: 1_000 };

test("[REQ-1] the node that holds the socket answers, with the connection at hand", async () => {
  const { router, connect } = start();
  router.serve("echo", (connection, body) => Promise.resolve({ nonce: connection.sessionNonce, body }));
  router.attach(connect(1));
  expect(await router.request(ask)).toEqual({ nonce: "nonce1", body: { a: [1] } });
});

test("[REQ-2] nobody holding it is agent_offline at once; so is a host of another org", async () => {
  const { router, connect } = start();
  router.serve("echo", () => Promise.resolve("x"));
  await expect(router.request(ask)).rejects.toMatchObject({ code: "agent_offline" });
  const connection = connect(1);
  router.attach(connection);
  const stranger = { ...ask, orgId: asId<OrgId>("org_0000000000bb") };
  await expect(router.request(stranger)).rejects.toMatchObject({ code: "agent_offline" });
  router.detach(connection);
  await expect(router.request(ask)).rejects.toMatchObject({ code: "agent_offline" });
});

test("[REQ-2] detaching a stale connection leaves the newer one attached", async () => {
  const { router, connect } = start();
  router.serve("echo", (connection) => Promise.resolve(connection.epoch));
  const old = connect(1);
  router.attach(old);
  router.attach(connect(2));
  expect(await router.request(ask)).toBe(2);
  router.detach(old);
  expect(await router.request(ask)).toBe(2);
});

test("[REQ-3] refusals cross with their code; the unexpected is internal, says nothing and is reported once", async () => {
  const { router, connect, reports } = start();
  router.serve("echo", () => Promise.reject(new ProtocolError("stale_target", "It was restarted.")));
  router.serve("broken", () => Promise.reject(new Error("secret detail")));
  router.attach(connect(1));
  await expect(router.request(ask)).rejects.toMatchObject({ code: "stale_target", message: "It was restarted." });
  const broken = await router.request({ ...ask, kind: "broken" }).catch((error: unknown) => error);
  expect(broken).toMatchObject({ code: "internal" });
  expect(String(broken)).not.toContain("secret");
  expect(reports).toHaveLength(1);
  await expect(router.request({ ...ask, kind: "nothing" })).rejects.toMatchObject({ code: "not_found" });
});

test("[REQ-3] a handler that never answers is agent_timeout", async () => {
  const { router, connect } = start();
  router.serve("echo", () => new Promise<never>(() => {}));
  router.attach(connect(1));
  await expect(router.request({ ...ask, timeoutMs: 10 })).rejects.toMatchObject({ code: "agent_timeout" });
});

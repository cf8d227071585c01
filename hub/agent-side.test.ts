import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, ContainerId, HostId, OrgId } from "@yardarm/protocol/ids";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { expect, test } from "vitest";
import { openHubCore } from "../testkit/hub-core.ts";
import { askAgent, dispatchCommand, serveAgentRequests } from "./agent-side.ts";
import { AgentKeys } from "./auth/agent/agent-keys.ts";
import { newId } from "./auth/crypto/new-id.ts";
import { MemoryBus } from "./bus/memory-bus.ts";
import { AgentConnection } from "./relay/agent-connection.ts";
import { RequestRouter } from "./relay/request-router.ts";
import { after } from "./timers.ts";

const orgId = newId<OrgId>("org");
const hostId = newId<HostId>("hst");

const setUp = async (alter: (payload: string) => string = (payload) => payload) => {
  const hub = await openHubCore();
  const report = (error: unknown): never => {
    throw error;
  };
  const bus = new MemoryBus({ report, after });
  // A bus in somebody else's hands.
  const router = new RequestRouter({
    bus: {
      publish: (...message) => bus.publish(...message),
      subscribe: (...asked) => bus.subscribe(...asked),
      respond: (...asked) => bus.respond(...asked),
      close: () => bus.close(),
      request: (subject, payload, options) =>
        bus.request(subject, Buffer.from(alter(Buffer.from(payload).toString("utf8"))), options),
    },
    report,
  });
  const sent: AgentDown[] = [];
  serveAgentRequests(router, { keys: hub.keys, agentKeys: new AgentKeys(hub), dockerIdsOf: () => [] });
  router.attach(
    new AgentConnection({
      ...{ orgId, hostId, epoch: 1, sessionNonce: "n".repeat(43) },
      socket: { send: (message) => void sent.push(message), ping: () => {}, close: () => {} },
    }),
  );
  const command = {
    ...{ hubId: hub.keys.hubId, orgId, hostId, actionId: newId<ActionId>("act") },
    ...{ containerId: newId<ContainerId>("ctr"), dockerId: dockerIdOf(1), startedAtNs: "1", verb: "STOP" as const },
    ...{ timeoutSeconds: null, actor: "ada@example.com", override: null, issuedAtNs: "1", timeToLiveMs: 1_000 },
    intent: { seq: 1, hash: "0".repeat(64) },
  };
  return { hub, router, sent, command };
};

test("[ACT-1] [ACTN-10] a command is signed on the bus, and again for the agent's session", async () => {
  const { hub, router, sent, command } = await setUp();
  await using _ = hub;
  await dispatchCommand(router, hub.keys, command);
  const [message] = sent;
  if (message?.type !== "action") throw new Error("No command was sent.");
  expect(hub.keys.isSigned("action", message)).toBe(true);
  expect(JSON.parse(message.payload)).toEqual({ ...command, sessionNonce: "n".repeat(43) });
});

test.each([
  ["another verb", (text: string) => text.replace("STOP", "KILL")],
  ["another container", (text: string) => text.replace(dockerIdOf(1), dockerIdOf(2))],
  [
    "an override",
    (text: string) => text.replace('override\\":null', 'override\\":{\\"name\\":\\"a\\",\\"reason\\":\\"b\\"}'),
  ],
])("[ACTN-10] a command altered on the bus to %s reaches no agent", async (_what, alter) => {
  let altered = 0;
  const { hub, router, sent, command } = await setUp((text) => {
    const other = alter(text);
    altered += other === text ? 0 : 1;
    return other;
  });
  await using _hub = hub;
  await expect(dispatchCommand(router, hub.keys, command)).rejects.toMatchObject({ code: "signature_invalid" });
  expect([altered, sent]).toEqual([1, []]);
});

test("[ACTN-10] a command for another host is not signed for this one, whoever routes it here", async () => {
  const { hub, router, sent, command } = await setUp();
  await using _ = hub;
  const body = hub.keys.sign("action-order", JSON.stringify({ ...command, hostId: newId<HostId>("hst") }));
  const misrouted = router.request({ orgId, hostId, kind: "action", body, timeoutMs: 1_000 });
  await expect(misrouted).rejects.toMatchObject({ code: "signature_invalid" });
  expect(sent).toEqual([]);
});

test("[ACTN-09] an agent is asked through the node that holds it; nobody is agent_offline", async () => {
  const { hub, router, sent, command } = await setUp();
  await using _ = hub;
  await askAgent(router, { orgId, hostId, actionIds: [command.actionId] });
  expect(sent).toEqual([{ type: "action.query", actionIds: [command.actionId] }]);
  const away = askAgent(router, { orgId, hostId: newId<HostId>("hst"), actionIds: [command.actionId] });
  await expect(away).rejects.toBeInstanceOf(ProtocolError);
});

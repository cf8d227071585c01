/**
 * The hub's relay and gateway as the hub composes them, for one agent and one container: no people, no disk. Whoever
 * knocks is let in, and what is committed is forgotten, so that nothing but relaying is measured.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  asId,
  type ContainerId,
  type DockerId,
  type HostId,
  type NodeId,
  type OrgId,
  type SessionId,
  type UserId,
} from "@yardarm/protocol/ids";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import type { Actor } from "../../hub/auth/authority/can.ts";
import { MemoryBus } from "../../hub/bus/memory-bus.ts";
import { frameTransport } from "../../hub/gateway/frame-transport.ts";
import { Gateway } from "../../hub/gateway/gateway.ts";
import { AgentRegistry } from "../../hub/relay/agent-registry.ts";
import type { CommittedLog, LogCommit } from "../../hub/relay/log/committed-log.ts";
import { LogRelay } from "../../hub/relay/log/log-relay.ts";
import { RequestRouter } from "../../hub/relay/request-router.ts";
import { Turn } from "../../hub/relay/viewer/turn.ts";
import { Viewer } from "../../hub/relay/viewer/viewer.ts";
import { CONTAINER_ID, DOCKER_ID } from "./fanout-container.ts";

/** Remembers where the log ends, and nothing else. */
class ForgetfulLog implements CommittedLog {
  #cursor: LogCursor | null = null;

  append({ cursor }: LogCommit): Promise<void> {
    this.#cursor = cursor;
    return Promise.resolve();
  }

  cursors(): Promise<ReadonlyMap<ContainerId, LogCursor>> {
    return Promise.resolve(new Map(this.#cursor === null ? [] : [[CONTAINER_ID, this.#cursor]]));
  }

  readRange(): Promise<readonly Uint8Array[]> {
    return Promise.resolve([]);
  }

  firstSeq(): Promise<number | null> {
    return Promise.resolve(null);
  }
}

const orgId = asId<OrgId>("org_0000000000aa");
const hostId = asId<HostId>("hst_0000000000aa");
const nowMs = Date.now;
const report = (error: unknown): void => console.error(error);
const drops = {
  count: (reason: string, frames: number): void => console.error(`${frames} frames were dropped: ${reason}`),
};
const turn = new Turn({ defer: (task) => setImmediate(task), report });
const relay = new LogRelay({
  nodeId: asId<NodeId>("nod_0000000000aa"),
  log: new ForgetfulLog(),
  ...{ turn, drops, nowMs, report },
});
const pages = { take: () => {}, gone: () => {} };
const registry = new AgentRegistry({ events: { presence: () => {}, duplicate: () => {} }, nowMs });
const after = (delayMs: number, task: () => void) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};
const actor: Actor = {
  userId: asId<UserId>("usr_0000000000aa"),
  sessionId: asId<SessionId>("ses_0000000000aa"),
  ...{ orgId, role: "owner", projects: null, name: "", email: "" },
};
const gateway = new Gateway({
  authenticators: {
    challenge: () => ({ hub: "hub_0000000000aa", nonce: "" }),
    agent: () => Promise.resolve({ orgId, hostId, epoch: 1, enrolledAtNs: "0", agentPublicKey: "key" }),
    client: () => Promise.resolve(actor),
  },
  agents: {
    ...{ registry, relay, pages },
    router: new RequestRouter({ bus: new MemoryBus({ report, after }), report }),
    handlers: {
      connected: (connection) =>
        void relay.assign(connection, [
          { containerId: CONTAINER_ID, dockerId: asId<DockerId>(DOCKER_ID), removedAtNs: null },
        ]),
      message: () => {},
    },
    beforeWelcome: [],
    welcome: () => ({ type: "welcome", payload: "", keyId: "", signature: "" }),
    received: () => {},
    refused: (_agent, error) => report(error),
  },
  clients: {
    ...{ relay, nowMs, report },
    recheck: (known) => Promise.resolve(known),
    handlers: {
      demand: () => {},
      locate: () => ({ resource: { orgId }, hostId }),
      subscribeFleet: () => () => {},
      subscribeMetrics: () => () => {},
    },
  },
  newViewer: (socket) => new Viewer({ socket, transport: frameTransport, turn, drops }),
  refusedUpgrade: (_socket, code) => report(code),
  version: "0.0.0",
  recheckMs: 4_000,
  random: Math.random,
  report,
});
setInterval(() => relay.tick(nowMs()), 100);
const server = createServer();
server.on("upgrade", (request, stream, head) => void gateway.upgrade(request, stream, head));
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.send?.((server.address() as AddressInfo).port);

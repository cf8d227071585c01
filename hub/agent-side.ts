/** What agents' messages mean to the other parts of the hub. */
import { type ActionCommand, actionCommandSchema } from "@yardarm/protocol/action";
import type { AgentSession } from "@yardarm/protocol/agent-down/welcome";
import { ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, ContainerId, HostId, NodeId, OrgId } from "@yardarm/protocol/ids";
import { idSchema, signedSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { ActionService } from "./actions/action-service.ts";
import type { ProtectionRules } from "./actions/protection-rules.ts";
import type { AuditWitnesses } from "./audit/audit-witnesses.ts";
import type { AgentKeys } from "./auth/agent/agent-keys.ts";
import type { HubKeys } from "./auth/hub-keys/hub-keys.ts";
import type { AgentHandlers, AgentSessionOptions } from "./gateway/agent-session.ts";
import { type LiveMetrics, toTick, WATCHED_INTERVAL_MS } from "./history/live-metrics.ts";
import type { AgentReports } from "./inventory/agent-reports.ts";
import type { Fleet } from "./inventory/fleet.ts";
import type { AgentConnection } from "./relay/agent-connection.ts";
import type { RequestRouter } from "./relay/request-router.ts";

/** A command MUST be on its way within this time; carrying it out takes as long as it takes. */
const DISPATCH_MS = 5_000;
const COMMAND = "action";
const ASK = "action.query";
const ASKED_AT_ONCE = 500;
const WATCH = "metrics.watch";
const ROTATE = "key.rotate";

const watchSchema = z.array(idSchema<ContainerId>());
const askedSchema = z.array(idSchema<ActionId>()).max(ASKED_AT_ONCE);
const orderSchema = z.object(signedSchema);
const unsignedCommandSchema = actionCommandSchema.omit({ sessionNonce: true });

export type AgentHandlerOptions = {
  readonly reports: AgentReports<AgentConnection>;
  readonly metrics: LiveMetrics;
  readonly actions: ActionService;
  readonly witnesses: AuditWitnesses;
  readonly router: RequestRouter;
  readonly agentKeys: Pick<AgentKeys, "announced">;
  /** MUST tell the agent what protects its containers, before any command. */
  readonly sendProtection: (connection: AgentConnection) => void;
  readonly report: (error: unknown) => void;
};

export const agentHandlers = (options: AgentHandlerOptions): AgentHandlers => {
  const { reports, metrics, actions, witnesses, router, report } = options;
  return {
    connected: (connection, hello) => {
      const { orgId, hostId } = connection;
      reports.connected(connection, hello);
      options.sendProtection(connection);
      if (hello.witness !== null) witnesses.heard(orgId, hostId, hello.witness).catch(report);
      const watched = metrics.watchedOn(hostId);
      if (watched.length > 0) watchHost(router, { orgId, hostId, containerIds: watched }).catch(report);
      actions.unsettled(orgId, hostId).then((actionIds) => {
        for (let at = 0; at < actionIds.length; at += ASKED_AT_ONCE) {
          connection.send({ type: "action.query", actionIds: actionIds.slice(at, at + ASKED_AT_ONCE) });
        }
      }, report);
    },
    message: (connection, message) => {
      const { orgId, hostId } = connection;
      switch (message.type) {
        case "engine.status":
          reports.engine(connection, message);
          break;
        case "inventory.snapshot":
          reports.snapshot(connection, message);
          break;
        case "inventory.delta":
          reports.delta(connection, message);
          break;
        case "log.status":
          reports.logStatus(connection, message);
          break;
        case "metrics":
          reports.metricsBackend(connection, message.backend);
          metrics.apply(toTick({ orgId, hostId }, message, (dockerId) => reports.containerIdOf(hostId, dockerId)));
          break;
        case "key.announce":
          options.agentKeys.announced(connection, message).then(
            (agentPublicKey) => {
              if (agentPublicKey !== null) connection.send({ type: "key.accepted", agentPublicKey });
            },
            (error: unknown) => {
              if (!(error instanceof ProtocolError)) report(error);
              connection.close(toProtocolError(error).code);
            },
          );
          break;
        case "action_progress":
          actions.progress(hostId, message).catch(report);
          break;
        case "action_result":
          actions
            .result(orgId, hostId, message)
            .then((witness) => (witness === null ? undefined : witnesses.heard(orgId, hostId, witness)))
            .catch(report);
          break;
      }
    },
  };
};

/** Has the node that holds the host's agent sign and send the command, which is signed on its way there too. */
export const dispatchCommand = async (
  router: RequestRouter,
  keys: HubKeys,
  command: Omit<ActionCommand, "sessionNonce">,
): Promise<void> => {
  const { orgId, hostId } = command;
  const body = keys.sign("action-order", JSON.stringify(command));
  await router.request({ orgId, hostId, kind: COMMAND, body, timeoutMs: DISPATCH_MS });
};

/** Has the node that holds the host's agent ask it what became of actions. */
export const askAgent = async (
  router: RequestRouter,
  asked: { readonly orgId: OrgId; readonly hostId: HostId; readonly actionIds: readonly ActionId[] },
): Promise<void> => {
  const { orgId, hostId, actionIds } = asked;
  await router.request({ orgId, hostId, kind: ASK, body: actionIds, timeoutMs: DISPATCH_MS });
};

/** Tells an agent what protects its containers; it takes nothing older afterwards. */
export const sendProtection = (
  options: { readonly rules: ProtectionRules; readonly keys: HubKeys; readonly fleet: Pick<Fleet, "host"> },
  connection: AgentConnection,
): void => {
  const { orgId, hostId } = connection;
  const projectId = options.fleet.host(orgId, hostId)?.projectId;
  if (projectId === undefined) return;
  const order = options.rules.orderFor(orgId, hostId, projectId);
  connection.send({
    type: "protection.rules",
    ...options.keys.sign("protection-rules", JSON.stringify(order)),
  });
};

/** Has the node that holds the host's agent tell it to make itself another key. */
export const rotateKey = async (
  router: RequestRouter,
  { orgId, hostId }: { readonly orgId: OrgId; readonly hostId: HostId },
): Promise<void> => {
  await router.request({ orgId, hostId, kind: ROTATE, body: {}, timeoutMs: DISPATCH_MS });
};

export const watchHost = (
  router: RequestRouter,
  watch: { readonly orgId: OrgId; readonly hostId: HostId; readonly containerIds: readonly ContainerId[] },
): Promise<unknown> =>
  router.request({
    orgId: watch.orgId,
    hostId: watch.hostId,
    kind: WATCH,
    body: watch.containerIds,
    timeoutMs: DISPATCH_MS,
  });

/** What this node does for others with the agents that it holds. */
export const serveAgentRequests = (
  router: RequestRouter,
  options: {
    readonly keys: HubKeys;
    readonly agentKeys: Pick<AgentKeys, "order">;
    readonly dockerIdsOf: (orgId: OrgId, containerIds: readonly ContainerId[]) => readonly ActionCommand["dockerId"][];
  },
): void => {
  router.serve(COMMAND, async (connection, body) => {
    const order = orderSchema.parse(body);
    if (!options.keys.isSigned("action-order", order)) {
      throw new ProtocolError("signature_invalid", "No node of this hub signed this command.");
    }
    const unsigned = unsignedCommandSchema.parse(JSON.parse(order.payload));
    if (unsigned.hostId !== connection.hostId || unsigned.orgId !== connection.orgId) {
      throw new ProtocolError("signature_invalid", "The command was given for another host.");
    }
    const command: ActionCommand = { ...unsigned, sessionNonce: connection.sessionNonce };
    connection.send({
      type: "action",
      action_id: command.actionId,
      container_id: command.containerId,
      action: command.verb,
      ...options.keys.sign("action", JSON.stringify(command)),
    });
  });
  router.serve(ASK, async (connection, body) => {
    connection.send({ type: "action.query", actionIds: askedSchema.parse(body) });
  });
  router.serve(ROTATE, async (connection) => connection.send(options.agentKeys.order(connection)));
  router.serve(WATCH, async (connection, body) => {
    const dockerIds = [...options.dockerIdsOf(connection.orgId, watchSchema.parse(body))];
    connection.send({ type: "metrics.watch", dockerIds, intervalMs: WATCHED_INTERVAL_MS });
  });
};

/** The signed answer to `hello`. */
export const signWelcome =
  (options: {
    readonly keys: HubKeys;
    readonly nodeId: NodeId;
    readonly nowNs: () => bigint;
  }): AgentSessionOptions["welcome"] =>
  (agent, connection, protocol) => {
    const session: AgentSession = {
      hubId: options.keys.hubId,
      nodeId: options.nodeId,
      orgId: agent.orgId,
      hostId: agent.hostId,
      sessionNonce: connection.sessionNonce,
      epoch: connection.epoch,
      protocol,
      hubTimeNs: options.nowNs().toString(),
      enrolledAtNs: agent.enrolledAtNs,
    };
    return { type: "welcome", ...options.keys.sign("welcome", JSON.stringify(session)) };
  };

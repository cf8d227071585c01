/** What agents' messages mean to the other parts of the hub. */
import { type ActionCommand, actionCommandSchema } from "@yardarm/protocol/action";
import type { AgentSession } from "@yardarm/protocol/agent-down/welcome";
import type { ContainerId, HostId, NodeId, OrgId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { ActionService } from "./actions/action-service.ts";
import type { AuditWitnesses } from "./audit/audit-witnesses.ts";
import type { HubKeys } from "./auth/hub-keys.ts";
import type { AgentHandlers, AgentSessionOptions } from "./gateway/agent-session.ts";
import { type LiveMetrics, toTick, WATCHED_INTERVAL_MS } from "./history/live-metrics.ts";
import type { AgentReports } from "./inventory/agent-reports.ts";
import type { AgentConnection } from "./relay/agent-connection.ts";
import type { RequestRouter } from "./relay/request-router.ts";

/** A command MUST be on its way within this time; carrying it out takes as long as it takes. */
const DISPATCH_MS = 5_000;
const COMMAND = "action";
const WATCH = "metrics.watch";

const watchSchema = z.array(idSchema<ContainerId>());
const unsignedCommandSchema = actionCommandSchema.omit({ sessionNonce: true });

export type AgentHandlerOptions = {
  readonly reports: AgentReports<AgentConnection>;
  readonly metrics: LiveMetrics;
  readonly actions: ActionService;
  readonly witnesses: AuditWitnesses;
  readonly router: RequestRouter;
  readonly report: (error: unknown) => void;
};

export const agentHandlers = (options: AgentHandlerOptions): AgentHandlers => {
  const { reports, metrics, actions, witnesses, router, report } = options;
  return {
    connected: (connection, hello) => {
      const { orgId, hostId } = connection;
      reports.connected(connection, hello);
      if (hello.witness !== null) witnesses.heard(orgId, hostId, hello.witness).catch(report);
      const watched = metrics.watchedOn(hostId);
      if (watched.length > 0) watchHost(router, { orgId, hostId, containerIds: watched }).catch(report);
      actions.unsettled(orgId, hostId).then((actionIds) => {
        if (actionIds.length > 0) connection.send({ type: "action.query", actionIds: actionIds.slice(0, 500) });
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

/** Has the node that holds the host's agent sign and send the command. */
export const dispatchCommand = (
  router: RequestRouter,
  command: Omit<ActionCommand, "sessionNonce">,
): Promise<unknown> =>
  router.request({
    orgId: command.orgId,
    hostId: command.hostId,
    kind: COMMAND,
    body: command,
    timeoutMs: DISPATCH_MS,
  });

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
    readonly dockerIdsOf: (orgId: OrgId, containerIds: readonly ContainerId[]) => readonly ActionCommand["dockerId"][];
  },
): void => {
  router.serve(COMMAND, async (connection, body) => {
    const command: ActionCommand = { ...unsignedCommandSchema.parse(body), sessionNonce: connection.sessionNonce };
    connection.send({
      type: "action",
      action_id: command.actionId,
      container_id: command.containerId,
      action: command.verb,
      ...options.keys.sign("action", JSON.stringify(command)),
    });
  });
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

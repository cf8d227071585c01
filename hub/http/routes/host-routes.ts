import {
  createHostRequestSchema,
  createHostResponseSchema,
  enrollRequestSchema,
  enrollResponseSchema,
  judgeAgentRequestSchema,
  renameHostRequestSchema,
} from "@yardarm/protocol/api/hosts";
import { listSchema } from "@yardarm/protocol/api/list";
import { ProtocolError } from "@yardarm/protocol/errors";
import { type Host, hostSchema } from "@yardarm/protocol/host";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { AgentKeys } from "../../auth/agent/agent-keys.ts";
import type { Enrollment, EnrollmentRequester, IssuedJoinToken } from "../../auth/agent/enrollment.ts";
import type { Actor, Decision, Resource } from "../../auth/authority/can.ts";
import type { Permission } from "../../auth/authority/permissions.ts";
import type { Requester } from "../../auth/authority/requester.ts";
import type { Fleet } from "../../inventory/fleet.ts";
import { joinCommands } from "../join-commands.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, publicOperation, type RequestInfo } from "../operation.ts";
import { requesterOf as personOf } from "./requester.ts";

export type HostRouteOptions = {
  readonly enrollment: Enrollment;
  readonly fleet: Fleet;
  readonly can: (actor: Actor, permission: Permission, resource: Resource) => Decision;
  /** A host's row changed: read it again and show it. */
  readonly refresh: (orgId: OrgId, hostId: HostId) => Promise<Host | undefined>;
  /** Both leave an audit row. `remove` also ends the host's connection and takes it off every screen. */
  readonly rename: (requester: HostRequester, name: string) => Promise<void>;
  readonly remove: (requester: HostRequester) => Promise<void>;
  readonly agentKeys: Pick<AgentKeys, "judge">;
  /** Ends the connection of an agent whose key is worth nothing any more. */
  readonly cut: (orgId: OrgId, hostId: HostId) => void;
  /** Has the host's agent make itself another key; leaves an audit row. Throws `agent_offline`. */
  readonly rotateKey: (requester: Requester, hostId: HostId) => Promise<void>;
  /** Origin under which agents reach this hub. */
  readonly hubUrl: () => string;
  readonly bundleSha256: string;
};

/** Who changes which host. */
export type HostRequester = { readonly actor: Actor; readonly hostId: HostId; readonly address: string };

const hostParams = z.object({ hostId: idSchema<HostId>() });

/** Hosts, and how they join. */
export const hostRoutes = (options: HostRouteOptions): readonly Operation[] => {
  const { enrollment, fleet } = options;

  const find = (actor: Actor, hostId: HostId): Host => {
    const host = fleet.host(actor.orgId, hostId);
    if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
    return host;
  };
  const ofHost = (actor: Actor, params: { readonly hostId: HostId }): Resource => {
    const { projectId, hostId } = find(actor, params.hostId);
    return { orgId: actor.orgId, projectId, hostId };
  };
  const ofOrg = (actor: Actor): Resource => ({ orgId: actor.orgId });
  const requesterOf = (actor: Actor, request: RequestInfo): EnrollmentRequester => ({
    orgId: actor.orgId,
    actor: { type: "user", id: actor.userId, name: actor.name },
    address: request.address,
  });
  const invitation = async (actor: Actor, issued: IssuedJoinToken) => {
    const host = await options.refresh(actor.orgId, issued.hostId);
    const commands = joinCommands({
      hubUrl: options.hubUrl(),
      joinToken: issued.joinToken,
      bundleSha256: options.bundleSha256,
    });
    const expiresAt = new Date(issued.expiresAtMs).toISOString();
    return { status: 201 as const, body: { host, joinToken: issued.joinToken, expiresAt, commands } };
  };
  /** What a person says of an agent that waits. */
  const judgement = (verb: "approve" | "refuse", summary: string): Operation =>
    guardedOperation({
      method: "POST",
      path: `/api/hosts/:hostId/${verb}`,
      summary,
      permission: "host.manage",
      resource: ofHost,
      params: hostParams,
      query: NOTHING,
      body: judgeAgentRequestSchema,
      response: hostSchema,
      handle: async ({ actor, params: { hostId }, body, request }) => {
        const judged = { ...body, isApproved: verb === "approve" };
        const { replaced } = await options.agentKeys.judge(personOf(actor, request), hostId, judged);
        if (replaced) options.cut(actor.orgId, hostId);
        return { status: 200, body: await options.refresh(actor.orgId, hostId) };
      },
    });

  return [
    guardedOperation({
      method: "GET",
      path: "/api/hosts",
      summary: "All hosts that one may see",
      permission: "fleet.read",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: listSchema(hostSchema),
      handle: async ({ actor }) => {
        const { hosts } = fleet.view(actor.orgId);
        const items = hosts.filter(({ hostId, projectId }) => {
          return options.can(actor, "fleet.read", { orgId: actor.orgId, projectId, hostId }).allowed;
        });
        return { status: 200, body: { items, nextCursor: null } };
      },
    }),
    guardedOperation({
      method: "POST",
      path: "/api/hosts",
      summary: "Create a host and the one-time token with which its agent joins",
      permission: "host.create",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: createHostRequestSchema,
      response: createHostResponseSchema,
      handle: async ({ actor, body, request }) =>
        invitation(
          actor,
          await enrollment.createHost(requesterOf(actor, request), {
            name: body.name,
            projectId: body.projectId ?? null,
          }),
        ),
    }),
    guardedOperation({
      method: "POST",
      path: "/api/hosts/:hostId/join-token",
      summary: "Another join token for a host; earlier unspent ones stop working",
      permission: "host.manage",
      resource: ofHost,
      params: hostParams,
      query: NOTHING,
      body: z.strictObject({}).optional(),
      response: createHostResponseSchema,
      handle: async ({ actor, params, request }) =>
        invitation(actor, await enrollment.issueJoinToken(requesterOf(actor, request), params.hostId)),
    }),
    judgement("approve", "Let the agent in that has joined and waits, after comparing its key"),
    judgement("refuse", "Refuse the agent that has joined and waits"),
    guardedOperation({
      method: "POST",
      path: "/api/hosts/:hostId/rotate-key",
      summary: "Have the agent make itself another key; the present one is good until the other one was used",
      permission: "host.manage",
      resource: ofHost,
      params: hostParams,
      query: NOTHING,
      body: z.strictObject({}).optional(),
      response: null,
      handle: async ({ actor, params, request }) => {
        await options.rotateKey(personOf(actor, request), params.hostId);
        return new Response(null, { status: 202 });
      },
    }),
    guardedOperation({
      method: "GET",
      path: "/api/hosts/:hostId",
      summary: "One host",
      permission: "fleet.read",
      resource: ofHost,
      params: hostParams,
      query: NOTHING,
      body: NO_BODY,
      response: hostSchema,
      handle: async ({ actor, params }) => ({ status: 200, body: find(actor, params.hostId) }),
    }),
    guardedOperation({
      method: "PATCH",
      path: "/api/hosts/:hostId",
      summary: "Rename a host",
      permission: "host.manage",
      resource: ofHost,
      params: hostParams,
      query: NOTHING,
      body: renameHostRequestSchema,
      response: hostSchema,
      handle: async ({ actor, params, body, request }) => {
        await options.rename({ actor, hostId: params.hostId, address: request.address }, body.name);
        return { status: 200, body: await options.refresh(actor.orgId, params.hostId) };
      },
    }),
    guardedOperation({
      method: "DELETE",
      path: "/api/hosts/:hostId",
      summary: "Remove a host: its agent is disconnected and its key refused from now on",
      permission: "host.manage",
      resource: ofHost,
      params: hostParams,
      query: NOTHING,
      body: NO_BODY,
      response: null,
      handle: async ({ actor, params, request }) => {
        await options.remove({ actor, hostId: params.hostId, address: request.address });
        return new Response(null, { status: 204 });
      },
    }),
    publicOperation({
      method: "POST",
      path: "/api/agent/enroll",
      summary: "An agent joins with its one-time token",
      public: "the request is signed by the token's seed and by the agent's new key",
      params: NOTHING,
      query: NOTHING,
      body: enrollRequestSchema,
      response: enrollResponseSchema,
      handle: async ({ body, request }) => {
        const { response, orgId, hostId, replaced } = await enrollment.enroll(body, request.address);
        if (replaced) options.cut(orgId, hostId);
        await options.refresh(orgId, hostId);
        return { status: 201, body: response };
      },
    }),
  ];
};

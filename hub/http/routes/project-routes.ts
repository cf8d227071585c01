import { listSchema } from "@yardarm/protocol/api/list";
import { moveHostRequestSchema, projectRequestSchema, projectSchema } from "@yardarm/protocol/api/projects";
import { hostSchema } from "@yardarm/protocol/host";
import type { HostId, OrgId, ProjectId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Projects } from "../../auth/org/projects.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { noContent, ofOrg, requesterOf } from "./requester.ts";

export type ProjectRouteOptions = {
  readonly projects: Projects;
  /** A host's row changed: read it again and show it. */
  readonly refresh: (orgId: OrgId, hostId: HostId) => Promise<unknown>;
};

const projectParams = z.object({ projectId: idSchema<ProjectId>() });

/** Projects, and which hosts are in them. */
export const projectRoutes = ({ projects, refresh }: ProjectRouteOptions): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/projects",
    summary: "The projects that one may see, the default one first",
    permission: "fleet.read",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    response: listSchema(projectSchema),
    handle: async ({ actor }) => ({ status: 200, body: { items: await projects.list(actor), nextCursor: null } }),
  }),
  guardedOperation({
    method: "POST",
    path: "/api/projects",
    summary: "Create a project",
    permission: "project.manage",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: projectRequestSchema,
    response: projectSchema,
    handle: async ({ actor, body, request }) => ({
      status: 201,
      body: await projects.create(requesterOf(actor, request), body.name),
    }),
  }),
  guardedOperation({
    method: "PATCH",
    path: "/api/projects/:projectId",
    summary: "Rename a project",
    permission: "project.manage",
    resource: ofOrg,
    params: projectParams,
    query: NOTHING,
    body: projectRequestSchema,
    response: projectSchema,
    handle: async ({ actor, params, body, request }) => ({
      status: 200,
      body: await projects.rename(requesterOf(actor, request), params.projectId, body.name),
    }),
  }),
  guardedOperation({
    method: "DELETE",
    path: "/api/projects/:projectId",
    summary: "Delete a project that holds no hosts",
    permission: "project.manage",
    resource: ofOrg,
    params: projectParams,
    query: NOTHING,
    body: NO_BODY,
    response: null,
    handle: async ({ actor, params, request }) => {
      await projects.remove(requesterOf(actor, request), params.projectId);
      return noContent();
    },
  }),
  guardedOperation({
    method: "POST",
    path: "/api/projects/:projectId/hosts",
    summary: "Move a host into a project; host.manage is needed in both",
    permission: "host.manage",
    resource: async (actor, { projectId }) => ({
      orgId: actor.orgId,
      projectId: (await projects.find(actor, projectId)).projectId,
    }),
    params: projectParams,
    query: NOTHING,
    body: moveHostRequestSchema,
    response: hostSchema,
    handle: async ({ actor, params, body, request }) => {
      await projects.moveHost(requesterOf(actor, request), body.hostId, params.projectId);
      return { status: 200, body: await refresh(actor.orgId, body.hostId) };
    },
  }),
];

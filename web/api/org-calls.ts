import { queryOptions } from "@tanstack/react-query";
import { listSchema } from "@yardarm/protocol/api/list";
import { type Org, orgSchema } from "@yardarm/protocol/api/orgs";
import { type Project, projectSchema } from "@yardarm/protocol/api/projects";
import { type Retention, type RetentionRequest, retentionSchema } from "@yardarm/protocol/api/retention";
import { type Host, hostSchema } from "@yardarm/protocol/host";
import type { HostId, OrgId, ProjectId } from "@yardarm/protocol/ids";
import { request, requestNothing } from "./http.ts";

/** Calls about organizations, and what the active one is made of. */

const projectsSchema = listSchema(projectSchema);

/** A new organization of one's own. The session goes on working in the present one. */
export const createOrg = (name: string): Promise<Org> =>
  request("/api/orgs", orgSchema, { method: "POST", body: { name } });

/** Whether agents that join wait until a person has compared their key. */
export const setApprovesHosts = (orgId: OrgId, approvesHosts: boolean): Promise<Org> =>
  request(`/api/orgs/${encodeURIComponent(orgId)}`, orgSchema, { method: "PATCH", body: { approvesHosts } });

export const renameOrg = (orgId: OrgId, name: string): Promise<Org> =>
  request(`/api/orgs/${encodeURIComponent(orgId)}`, orgSchema, { method: "PATCH", body: { name } });

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) => request("/api/projects", projectsSchema, { signal }),
});

export const createProject = (name: string): Promise<Project> =>
  request("/api/projects", projectSchema, { method: "POST", body: { name } });

export const renameProject = (projectId: ProjectId, name: string): Promise<Project> =>
  request(`/api/projects/${encodeURIComponent(projectId)}`, projectSchema, { method: "PATCH", body: { name } });

export const deleteProject = (projectId: ProjectId): Promise<void> =>
  requestNothing(`/api/projects/${encodeURIComponent(projectId)}`, { method: "DELETE" });

export const moveHost = (hostId: HostId, projectId: ProjectId): Promise<Host> =>
  request(`/api/projects/${encodeURIComponent(projectId)}/hosts`, hostSchema, { method: "POST", body: { hostId } });

export const renameHost = (hostId: HostId, name: string): Promise<Host> =>
  request(`/api/hosts/${encodeURIComponent(hostId)}`, hostSchema, { method: "PATCH", body: { name } });

/** Its agent is disconnected, and its key refused from now on. */
export const removeHost = (hostId: HostId): Promise<void> =>
  requestNothing(`/api/hosts/${encodeURIComponent(hostId)}`, { method: "DELETE" });

export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: ({ signal }) => request("/api/retention", retentionSchema, { signal }),
});

export const changeRetention = (body: RetentionRequest): Promise<Retention> =>
  request("/api/retention", retentionSchema, { method: "PATCH", body });

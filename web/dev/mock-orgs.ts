import { randomBytes } from "node:crypto";
import type { Role } from "@yardarm/protocol/api/auth";
import { changeOrgRequestSchema, orgRequestSchema, switchOrgRequestSchema } from "@yardarm/protocol/api/orgs";
import { moveHostRequestSchema, type Project, projectRequestSchema } from "@yardarm/protocol/api/projects";
import { type Retention, retentionRequestSchema } from "@yardarm/protocol/api/retention";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Host } from "@yardarm/protocol/host";
import { asId, type HostId, type OrgId, type ProjectId } from "@yardarm/protocol/ids";
import type { MockFleet } from "./mock-fleet.ts";
import { EDGE_PROJECT } from "./mock-people.ts";
import type { Answer, MockRequest } from "./mock-routes.ts";

/** The mock hub's organizations, projects, hosts as things to rename and move, and bounds of stored logs. */

const DEFAULT_PROJECT = asId<ProjectId>("prj_00000000000000000000");
const ORG = asId<OrgId>("org_00000000000000000000");
const OTHER_ORG = asId<OrgId>("org_00000000000000000001");
const INSTALLATION = { days: 30, containerBytes: 256 * 1024 ** 2, orgBytes: 20 * 1024 ** 3 };

export class MockOrgs {
  readonly #fleet: MockFleet;
  readonly #orgs: { orgId: OrgId; name: string; role: Role; approvesHosts: boolean }[];
  #activeOrgId = ORG;
  #own: Retention["own"] = { days: 14, containerBytes: null, orgBytes: null };
  readonly #projects = [
    { projectId: DEFAULT_PROJECT, name: "Everything", default: true },
    { projectId: EDGE_PROJECT, name: "Edge", default: false },
    { projectId: asId<ProjectId>("prj_00000000000000000002"), name: "Retired", default: false },
  ];

  constructor(fleet: MockFleet, role: Role) {
    this.#fleet = fleet;
    this.#orgs = [
      { orgId: ORG, name: "Example Ltd", role, approvesHosts: false },
      { orgId: OTHER_ORG, name: "Side Business", role: "viewer", approvesHosts: false },
    ];
    const edge = [...fleet.hosts.values()].find(({ name }) => name === "nyc-1");
    if (edge !== undefined) fleet.change({ hosts: [{ ...edge, projectId: EDGE_PROJECT }] });
  }

  get orgs() {
    return this.#orgs;
  }

  get activeOrgId(): OrgId {
    return this.#activeOrgId;
  }

  /** `demand` throws for what the role does not allow. `null` for what is not its business. */
  answer(request: MockRequest, demand: (permission: string) => void): Answer | null {
    const { method, path } = request;
    const [, , collection = "", item = "", rest = ""] = path.split("/");
    const isHost = collection === "hosts" && item !== "" && rest === "";
    if (collection === "hosts" && method === "POST" && (rest === "approve" || rest === "refuse")) {
      demand("host.manage");
      return this.#judgeAgent(item, rest === "approve");
    }
    if (collection === "hosts" && method === "POST" && rest === "rotate-key") {
      demand("host.manage");
      return this.#rotateKey(item);
    }
    if (isHost && (method === "PATCH" || method === "DELETE")) {
      demand("host.manage");
      return this.#changeHost(item, request);
    }
    if (collection === "orgs") return this.#changeOrgs(request, demand);
    if (collection === "retention") {
      if (method === "PATCH") {
        demand("retention.manage");
        this.#own = { ...this.#own, ...(retentionRequestSchema.parse(request.body) as Partial<Retention["own"]>) };
      }
      return { status: 200, body: this.#retention() };
    }
    if (path === "/api/auth/password") return this.#changePassword(request.body);
    if (collection !== "projects") return null;
    if (method === "GET") return { status: 200, body: { items: this.#views(), nextCursor: null } };
    demand(rest === "hosts" ? "host.manage" : "project.manage");
    return this.#changeProjects(request, item, rest);
  }

  #views(): Project[] {
    const hosts = [...this.#fleet.hosts.values()];
    return this.#projects.map((project) => ({
      ...project,
      createdAt: "2026-09-01T08:00:00.000Z",
      hosts: hosts.filter(({ projectId }) => projectId === project.projectId).length,
    }));
  }

  #changeProjects({ method, body }: MockRequest, item: string, rest: string): Answer {
    if (rest === "hosts") {
      const host = this.#fleet.hosts.get(asId<HostId>(moveHostRequestSchema.parse(body).hostId));
      if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
      const moved = { ...host, projectId: asId<ProjectId>(item) };
      this.#fleet.change({ hosts: [moved] });
      return { status: 200, body: moved };
    }
    const at = this.#projects.findIndex(({ projectId }) => projectId === item);
    if (method === "DELETE") {
      this.#projects.splice(at, 1);
      return { status: 204 };
    }
    const { name } = projectRequestSchema.parse(body);
    const project = this.#projects[at];
    if (project === undefined) {
      const projectId = asId<ProjectId>(`prj_${randomBytes(10).toString("hex")}`);
      this.#projects.push({ projectId, name, default: false });
    } else project.name = name;
    return { status: 200, body: this.#views().at(at) };
  }

  #changeOrgs({ method, path, body }: MockRequest, demand: (permission: string) => void): Answer {
    if (path === "/api/orgs/switch") {
      const { orgId } = switchOrgRequestSchema.parse(body);
      this.#activeOrgId = orgId;
      return { status: 204 };
    }
    demand(method === "PATCH" ? "org.manage" : "org.create");
    const active = this.#orgs.find(({ orgId }) => orgId === this.#activeOrgId);
    if (method === "PATCH" && active !== undefined) {
      Object.assign(active, changeOrgRequestSchema.parse(body));
      return { status: 200, body: { ...active, active: true } };
    }
    const { name } = orgRequestSchema.parse(body);
    const orgId = asId<OrgId>(`org_${randomBytes(10).toString("hex")}`);
    const made = { orgId, name, role: "owner" as const, approvesHosts: false };
    this.#orgs.push(made);
    return { status: 200, body: { ...made, active: false } };
  }

  #changeHost(item: string, { method, body }: MockRequest): Answer {
    const host = this.#fleet.hosts.get(asId<HostId>(item));
    if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
    if (method === "DELETE") throw new ProtocolError("conflict", "The mock hub keeps its hosts.");
    const renamed = { ...host, name: projectRequestSchema.parse(body).name };
    this.#fleet.change({ hosts: [renamed] });
    return { status: 200, body: renamed };
  }

  #judgeAgent(item: string, isApproved: boolean): Answer {
    const host = this.#fleet.hosts.get(asId<HostId>(item));
    if (host?.approval === undefined) throw new ProtocolError("conflict", "No agent waits any more.");
    const { approval, ...rest } = host;
    const judged: Host = isApproved ? { ...rest, keyFingerprint: approval.keyFingerprint, status: "online" } : rest;
    this.#fleet.change({ hosts: [judged] });
    return { status: 200, body: judged };
  }

  #rotateKey(item: string): Answer {
    const host = this.#fleet.hosts.get(asId<HostId>(item));
    if (host === undefined || host.status !== "online") {
      throw new ProtocolError("agent_offline", "The host's agent is not connected.");
    }
    const keyFingerprint = randomBytes(16)
      .toString("hex")
      .replace(/(.{4})(?=.)/g, "$1 ");
    const { clonedAtNs: _seen, ...rotated } = { ...host, keyFingerprint };
    this.#fleet.change({ hosts: [rotated] });
    return { status: 202 };
  }

  #changePassword(body: unknown): Answer {
    if ((body as { readonly currentPassword?: string }).currentPassword !== "correct horse battery") {
      throw new ProtocolError("unauthenticated", "The password is wrong.");
    }
    return { status: 204 };
  }

  #retention(): Retention {
    const { days, containerBytes, orgBytes } = this.#own;
    return {
      own: this.#own,
      inForce: {
        days: days ?? INSTALLATION.days,
        containerBytes: containerBytes ?? INSTALLATION.containerBytes,
        orgBytes: orgBytes ?? INSTALLATION.orgBytes,
      },
    };
  }
}

import type { Project as ProjectView } from "@yardarm/protocol/api/projects";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, ProjectId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { OrgStorage, Storage } from "../../storage/storage.ts";
import { type Actor, can, demand } from "../authority/can.ts";
import { type Announce, entryBy, type Requester } from "../authority/requester.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";

const MOST_PROJECTS = 1_000;

export interface ProjectsOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly announce: Announce;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Groups of hosts inside an org (IDTY-04). */
export class Projects {
  readonly #options: ProjectsOptions;

  constructor(options: ProjectsOptions) {
    this.#options = options;
  }

  /** Those that the actor may see. */
  async list(actor: Actor): Promise<readonly ProjectView[]> {
    const all = await views(this.#options.storage.org(actor.orgId));
    return all.filter(({ projectId }) => can(actor, "fleet.read", { orgId: actor.orgId, projectId }).allowed);
  }

  /** @throws ProtocolError `not_found` */
  async find(actor: Actor, projectId: ProjectId): Promise<ProjectView> {
    const found = (await views(this.#options.storage.org(actor.orgId))).find((one) => one.projectId === projectId);
    if (found === undefined) throw noSuchProject();
    return found;
  }

  /** @throws ProtocolError `conflict` for a name that is taken */
  async create(requester: Requester, name: string): Promise<ProjectView> {
    const { nowMs, random } = this.#options;
    const projectId = newId<ProjectId>("prj", random);
    return this.#changed(requester, projectId, async (org) => {
      const all = await org.projects.list();
      if (all.length >= MOST_PROJECTS)
        throw new ProtocolError("conflict", `There are ${MOST_PROJECTS} projects already.`);
      refuseTaken(all, name);
      await org.projects.create({ projectId, name, createdAtMs: nowMs() });
      return { kind: "project.created", name };
    });
  }

  /** @throws ProtocolError `not_found`, `conflict` for a name that is taken */
  async rename(requester: Requester, projectId: ProjectId, name: string): Promise<ProjectView> {
    return this.#changed(requester, projectId, async (org) => {
      const all = await org.projects.list();
      refuseTaken(
        all.filter((one) => one.projectId !== projectId),
        name,
      );
      const before = all.find((one) => one.projectId === projectId);
      if (before === undefined) throw noSuchProject();
      await org.projects.rename(projectId, name);
      return { kind: "project.renamed", name, details: { before: before.name } };
    });
  }

  /** @throws ProtocolError `not_found`, `conflict` for one that holds hosts, and for the default one */
  async remove(requester: Requester, projectId: ProjectId): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      const org = scope.org(requester.actor.orgId);
      await org.members.lock();
      const all = await views(org);
      const [first] = all;
      const project = all.find((one) => one.projectId === projectId);
      if (project === undefined || first === undefined) throw noSuchProject();
      if (project.default) throw new ProtocolError("conflict", "The default project cannot be deleted.");
      if (project.hosts > 0)
        throw new ProtocolError("conflict", "Move the hosts of this project to another one first.");
      await org.hosts.moveRemoved(projectId, first.projectId);
      await org.projects.remove(projectId);
      const target = { type: "project", id: projectId, name: project.name } as const;
      await audit.appendIn(org, entryBy(requester, { kind: "project.deleted", target }));
    });
  }

  /**
   * Brings a host into a project. The right to manage hosts is needed in both.
   *
   * @throws ProtocolError `not_found`, `forbidden`
   */
  async moveHost(requester: Requester, hostId: HostId, projectId: ProjectId): Promise<void> {
    const { storage, audit, announce } = this.#options;
    const { actor } = requester;
    const { orgId } = actor;
    await storage.transaction(async (scope) => {
      const org = scope.org(orgId);
      await org.members.lock();
      const host = await org.hosts.find(hostId);
      if (host === undefined) throw new ProtocolError("not_found", "There is no such host.");
      demand(actor, "host.manage", { orgId, projectId: host.projectId, hostId });
      const all = await org.projects.list();
      const to = all.find((one) => one.projectId === projectId);
      if (to === undefined) throw noSuchProject();
      await org.hosts.move(hostId, projectId);
      const from = all.find((one) => one.projectId === host.projectId);
      const target = { type: "host", id: hostId, name: host.name } as const;
      const details = { from: from?.name ?? host.projectId, to: to.name, fromId: host.projectId, toId: projectId };
      await audit.appendIn(org, entryBy(requester, { kind: "host.moved", target, details }));
    });
    announce({ orgId, userId: null });
  }

  async #changed(
    requester: Requester,
    projectId: ProjectId,
    change: (org: OrgStorage) => Promise<{
      readonly kind: "project.created" | "project.renamed";
      readonly name: string;
      readonly details?: Readonly<Record<string, string>>;
    }>,
  ): Promise<ProjectView> {
    const { storage, audit } = this.#options;
    return storage.transaction(async (scope) => {
      const org = scope.org(requester.actor.orgId);
      await org.members.lock();
      const { kind, name, details = {} } = await change(org);
      const target = { type: "project", id: projectId, name } as const;
      await audit.appendIn(org, entryBy(requester, { kind, target, details }));
      const view = (await views(org)).find((one) => one.projectId === projectId);
      if (view === undefined) throw noSuchProject();
      return view;
    });
  }
}

const noSuchProject = (): ProtocolError => new ProtocolError("not_found", "There is no such project.");

const refuseTaken = (others: readonly { readonly name: string }[], name: string): void => {
  const isTaken = others.some((one) => one.name.toLowerCase() === name.toLowerCase());
  if (isTaken) throw new ProtocolError("conflict", "There is a project of that name already.");
};

const views = async (org: OrgStorage): Promise<readonly ProjectView[]> => {
  const hosts = await org.hosts.list();
  return (await org.projects.list()).map(({ projectId, name, createdAtMs }, index) => ({
    projectId,
    name,
    createdAt: new Date(createdAtMs).toISOString(),
    default: index === 0,
    hosts: hosts.filter((host) => host.projectId === projectId).length,
  }));
};

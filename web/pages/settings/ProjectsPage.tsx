import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Project } from "@yardarm/protocol/api/projects";
import type { Host } from "@yardarm/protocol/host";
import { useState } from "react";
import { createProject, deleteProject, projectsQuery, renameProject } from "../../api/org-calls.ts";
import { refusalOf } from "../../api/permissions.ts";
import { formatPlural } from "../../format/percent.ts";
import { useInventory } from "../../live/live-context.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { PlainLink } from "../PlainLink.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { hostPath } from "../paths.ts";
import { useMe } from "../use-me.ts";
import { useTitle } from "../use-title.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { MoveHostDialog } from "./hosts/MoveHostDialog.tsx";
import { NameDialog } from "./NameDialog.tsx";
import { PageHead } from "./PageHead.tsx";

type Task =
  | { readonly kind: "create" }
  | { readonly kind: "rename" | "delete"; readonly project: Project }
  | { readonly kind: "move"; readonly host: Host };

/** Groups of hosts, to which members can be limited. */
export const ProjectsPage = () => {
  useTitle("Projects", "Settings");
  const refusal = refusalOf(useMe(), "project.manage");
  const queryClient = useQueryClient();
  const projects = useQuery(projectsQuery);
  const [task, setTask] = useState<Task | null>(null);
  const end = {
    onClose: () => setTask(null),
    onDone: () => void queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey }),
  };
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <PageHead
        title="Projects"
        action={
          <Button look="primary" disabledReason={refusal} onClick={() => setTask({ kind: "create" })}>
            New project
          </Button>
        }
      >
        A project is a group of hosts. Members and invitations can be limited to some of them.
      </PageHead>
      {projects.isPending ? <SkeletonRows rows={3} label="Loading projects" /> : null}
      {projects.isError ? <ProblemState error={projects.error} onRetry={() => void projects.refetch()} /> : null}
      <ul className="flex flex-col">
        {projects.data?.items.map((project) => (
          <ProjectRow key={project.projectId} project={project} refusal={refusal} onTask={setTask} />
        ))}
      </ul>
      {task === null ? null : <TaskDialog task={task} {...end} />}
    </div>
  );
};

type ProjectRowProps = {
  readonly project: Project;
  readonly refusal: string | null;
  readonly onTask: (task: Task) => void;
};

const ProjectRow = ({ project, refusal, onTask }: ProjectRowProps) => {
  const me = useMe();
  const inventory = useInventory();
  const hosts =
    inventory.status === "known"
      ? [...inventory.hosts.values()].filter(({ projectId }) => projectId === project.projectId)
      : [];
  return (
    <li className="flex flex-col gap-1 border-line border-b py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="flex min-w-40 flex-1 flex-wrap items-center gap-2">
          <h2 className="font-medium">{project.name}</h2>
          {project.default ? <Badge>New hosts come here</Badge> : null}
        </span>
        <Button
          isSmall
          aria-label={`Rename ${project.name}`}
          disabledReason={refusal}
          onClick={() => onTask({ kind: "rename", project })}
        >
          Rename
        </Button>
        <Button
          isSmall
          aria-label={`Delete ${project.name}`}
          disabledReason={refusal ?? whyKept(project)}
          onClick={() => onTask({ kind: "delete", project })}
        >
          Delete
        </Button>
      </div>
      {hosts.length === 0 ? (
        <p className="text-meta text-muted">
          {project.hosts === 0 ? "No hosts." : formatPlural(project.hosts, "host")}
        </p>
      ) : (
        <ul className="ml-3 flex flex-col gap-1">
          {hosts.map((host) => (
            <li key={host.hostId} className="flex items-center gap-3">
              <PlainLink to={hostPath(host.hostId)} className="min-w-0 flex-1 truncate hover:underline">
                {host.name}
              </PlainLink>
              <Button
                isSmall
                look="quiet"
                aria-label={`Move ${host.name}`}
                disabledReason={refusalOf(me, "host.manage")}
                onClick={() => onTask({ kind: "move", host })}
              >
                Move…
              </Button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
};

const whyKept = ({ default: isDefault, hosts }: Project): string | null => {
  if (isDefault) return "New hosts come here, so this project stays. It can be renamed.";
  return hosts > 0 ? `Move its ${formatPlural(hosts, "host")} to another project first.` : null;
};

type TaskDialogProps = { readonly task: Task; readonly onClose: () => void; readonly onDone: () => void };

const TaskDialog = ({ task, ...end }: TaskDialogProps) => {
  switch (task.kind) {
    case "create":
      return <NameDialog title="New project" label="Name" name="" verb="Create" save={createProject} {...end} />;
    case "rename": {
      const { projectId, name } = task.project;
      const save = (wanted: string): Promise<unknown> => renameProject(projectId, wanted);
      return <NameDialog title={`Rename ${name}`} label="Name" name={name} verb="Rename" save={save} {...end} />;
    }
    case "delete": {
      const { projectId, name } = task.project;
      return (
        <ConfirmDialog title={`Delete ${name}?`} verb="Delete" run={() => deleteProject(projectId)} {...end}>
          Members who are limited to this project alone will see nothing any more.
        </ConfirmDialog>
      );
    }
    case "move":
      return <MoveHostDialog host={task.host} {...end} />;
  }
};

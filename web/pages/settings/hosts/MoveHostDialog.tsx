import { useMutation, useQuery } from "@tanstack/react-query";
import type { Host } from "@yardarm/protocol/host";
import { type FormEvent, useState } from "react";
import { moveHost, projectsQuery } from "../../../api/org-calls.ts";
import { Button } from "../../../ui/Button.tsx";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";

export type MoveHostDialogProps = {
  readonly host: Host;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

/** Brings a host into another project. */
export const MoveHostDialog = ({ host, onClose, onDone }: MoveHostDialogProps) => {
  const projects = useQuery(projectsQuery);
  const [projectId, setProjectId] = useState(host.projectId);
  const moving = useMutation({
    mutationFn: () => moveHost(host.hostId, projectId),
    onSuccess: () => {
      onClose();
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (projectId !== host.projectId) moving.mutate();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Move ${host.name}`}
      description="Members who are limited to its present project no longer see it."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        {projects.isPending ? <SkeletonRows rows={2} label="Loading projects" /> : null}
        {projects.isError ? <ProblemState error={projects.error} onRetry={() => void projects.refetch()} /> : null}
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 font-medium">Project</legend>
          {projects.data?.items.map((project) => (
            <Checkbox
              key={project.projectId}
              kind="radio"
              name="project"
              isChecked={project.projectId === projectId}
              onChange={() => setProjectId(project.projectId)}
              label={project.name}
            />
          ))}
        </fieldset>
        {moving.isError ? <ProblemState error={moving.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            disabledReason={
              moving.isPending ? "Moving…" : projectId === host.projectId ? "It is in this project already." : null
            }
          >
            Move
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

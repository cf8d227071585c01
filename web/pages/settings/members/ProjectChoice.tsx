import { useQuery } from "@tanstack/react-query";
import type { Role } from "@yardarm/protocol/api/auth";
import type { ProjectId } from "@yardarm/protocol/ids";
import { projectsQuery } from "../../../api/org-calls.ts";
import { formatPlural } from "../../../format/percent.ts";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { ProblemState } from "../../ProblemState.tsx";

export type ProjectChoiceProps = {
  readonly role: Role;
  /** `null`: the whole organization. */
  readonly value: readonly ProjectId[] | null;
  readonly onChange: (projects: readonly ProjectId[] | null) => void;
};

/** How far a role reaches: the whole organization, or the hosts of some projects. */
export const ProjectChoice = ({ role, value, onChange }: ProjectChoiceProps) => {
  const projects = useQuery(projectsQuery);
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium">Reaches</legend>
      <Checkbox
        kind="radio"
        name="reach"
        isChecked={value === null}
        onChange={() => onChange(null)}
        label="The whole organization"
      />
      <Checkbox
        kind="radio"
        name="reach"
        isChecked={value !== null}
        onChange={() => onChange([])}
        label="Only the hosts of these projects"
        disabledReason={role === "owner" ? "An owner always has the whole organization." : null}
      />
      {value === null ? null : (
        <div className="ml-6 flex flex-col gap-0.5">
          {projects.isError ? (
            <ProblemState error={projects.error} onRetry={() => void projects.refetch()} />
          ) : (
            projects.data?.items.map(({ projectId, name, hosts }) => (
              <Checkbox
                key={projectId}
                isChecked={value.includes(projectId)}
                onChange={(isChecked) =>
                  onChange(isChecked ? [...value, projectId] : value.filter((chosen) => chosen !== projectId))
                }
                label={`${name} (${formatPlural(hosts, "host")})`}
              />
            ))
          )}
        </div>
      )}
    </fieldset>
  );
};

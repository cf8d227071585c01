import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { OrgId } from "@yardarm/protocol/ids";
import { useState } from "react";
import { createOrg, renameOrg, setApprovesHosts } from "../../api/org-calls.ts";
import { refusalOf } from "../../api/permissions.ts";
import { meQuery } from "../../api/queries.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Checkbox.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { enterOrg } from "../shell/org-switch.ts";
import { useMe } from "../use-me.ts";
import { useTitle } from "../use-title.ts";
import { ROLE_WORDS } from "./members/role-words.ts";
import { NameDialog } from "./NameDialog.tsx";
import { PageHead } from "./PageHead.tsx";

/** The organizations of the person; one of them at a time. */
export const OrgPage = () => {
  useTitle("Organization", "Settings");
  const me = useMe();
  const queryClient = useQueryClient();
  const [task, setTask] = useState<"rename" | "create" | null>(null);
  const active = me.orgs.find(({ orgId }) => orgId === me.activeOrgId);
  const end = {
    onClose: () => setTask(null),
    onDone: () => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey }),
  };
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <PageHead
        title="Organization"
        action={
          <>
            <Button disabledReason={refusalOf(me, "org.create")} onClick={() => setTask("create")}>
              New organization
            </Button>
            <Button look="primary" disabledReason={refusalOf(me, "org.manage")} onClick={() => setTask("rename")}>
              Rename
            </Button>
          </>
        }
      >
        Hosts, members, logs and audit of one organization are invisible to every other. You are in{" "}
        <strong>{active?.name}</strong>.
      </PageHead>
      {active === undefined ? null : (
        <ApprovalChoice
          orgId={active.orgId}
          approvesHosts={active.approvesHosts}
          refusal={refusalOf(me, "org.manage")}
        />
      )}
      <section aria-label="Your organizations" className="flex flex-col gap-2">
        <h2 className="font-semibold text-title">Your organizations</h2>
        <ul className="flex flex-col">
          {me.orgs.map((org) => (
            <OrgRow key={org.orgId} org={org} isActive={org.orgId === me.activeOrgId} />
          ))}
        </ul>
      </section>
      {task === "create" ? (
        <NameDialog
          title="New organization"
          label="Name"
          hint="You become its owner. Switch to it afterwards."
          name=""
          verb="Create"
          save={createOrg}
          {...end}
        />
      ) : null}
      {task === "rename" && active !== undefined ? (
        <NameDialog
          title={`Rename ${active.name}`}
          label="Name"
          name={active.name}
          verb="Rename"
          save={(name) => renameOrg(active.orgId, name)}
          {...end}
        />
      ) : null}
    </div>
  );
};

type ApprovalChoiceProps = {
  readonly orgId: OrgId;
  readonly approvesHosts: boolean;
  readonly refusal: string | null;
};

/** Whether a join token alone lets an agent in. */
const ApprovalChoice = ({ orgId, approvesHosts, refusal }: ApprovalChoiceProps) => {
  const queryClient = useQueryClient();
  /** Until the hub has said what holds; a mutation says that it is under way a moment too late, and the tick would jump. */
  const [wanted, setWanted] = useState<boolean | null>(null);
  const saving = useMutation({
    mutationFn: (next: boolean) => setApprovesHosts(orgId, next),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: meQuery.queryKey }),
    onSettled: () => setWanted(null),
  });
  return (
    <section aria-label="Agents that join" className="flex flex-col gap-2">
      <h2 className="font-semibold text-title">Agents that join</h2>
      <Checkbox
        isChecked={wanted ?? approvesHosts}
        onChange={(next) => {
          setWanted(next);
          saving.mutate(next);
        }}
        disabledReason={refusal}
        label="They wait until somebody has compared their key"
        hint="Without this, whoever has a join command first lets an agent in."
      />
      {saving.isError ? <ProblemState error={saving.error} /> : null}
    </section>
  );
};

type OrgRowProps = { readonly org: ReturnType<typeof useMe>["orgs"][number]; readonly isActive: boolean };

const OrgRow = ({ org, isActive }: OrgRowProps) => {
  const switching = useMutation({ mutationFn: () => enterOrg(org.orgId) });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2">
      <span className="min-w-40 flex-1">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{org.name}</span>
          {isActive ? <Badge>Here</Badge> : null}
        </span>
        <span className="block text-meta text-muted">{ROLE_WORDS[org.role].title}</span>
      </span>
      <Button
        isSmall
        aria-label={`Switch to ${org.name}`}
        disabledReason={isActive ? "You are in this one." : switching.isPending ? "Switching…" : null}
        onClick={() => switching.mutate()}
      >
        Switch
      </Button>
      {switching.isError ? <ProblemState error={switching.error} /> : null}
    </li>
  );
};

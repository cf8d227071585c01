import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Member } from "@yardarm/protocol/api/members";
import { useState } from "react";
import { projectsQuery } from "../../../api/org-calls.ts";
import { leaveOrg, membersQuery, removeMember, transferOrg } from "../../../api/people-calls.ts";
import { refusalOf } from "../../../api/permissions.ts";
import { meQuery } from "../../../api/queries.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { EmptyState } from "../../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { PATHS } from "../../paths.ts";
import { useMe } from "../../use-me.ts";
import { useTitle } from "../../use-title.ts";
import { ConfirmDialog } from "../ConfirmDialog.tsx";
import { PageHead } from "../PageHead.tsx";
import { MemberDialog } from "./MemberDialog.tsx";
import { MemberRow } from "./MemberRow.tsx";
import { MemberMayList, RoleTable } from "./RoleTable.tsx";
import { reachWords } from "./role-words.ts";

/** What is being done to somebody. */
export type MemberTask = { readonly kind: "change" | "may" | "remove" | "handOver"; readonly member: Member };

/** Who belongs to the organization, and as what. */
export const MembersPage = () => {
  useTitle("Members", "Settings");
  const me = useMe();
  const refusal = refusalOf(me, "member.read");
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <PageHead
        title="Members"
        action={
          <Link to={PATHS.invitations} className="text-accent underline">
            Invite somebody
          </Link>
        }
      >
        Everybody here sees this organization; what they may do follows from their role.
      </PageHead>
      {refusal === null ? <MemberList /> : <EmptyState title="You may not see the members.">{refusal}</EmptyState>}
      <section aria-label="Roles" className="flex flex-col gap-2">
        <h2 className="font-semibold text-title">What each role may do</h2>
        <RoleTable />
      </section>
    </div>
  );
};

const MemberList = () => {
  const me = useMe();
  const queryClient = useQueryClient();
  const members = useQuery(membersQuery);
  const projects = useQuery(projectsQuery);
  const [task, setTask] = useState<MemberTask | null>(null);
  if (members.isPending) return <SkeletonRows rows={4} label="Loading members" />;
  if (members.isError) return <ProblemState error={members.error} onRetry={() => void members.refetch()} />;
  const { items } = members.data;
  const refresh = (): void => {
    void queryClient.invalidateQueries({ queryKey: membersQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  return (
    <>
      <ul className="flex flex-col">
        {items.map((member) => (
          <MemberRow
            key={member.userId}
            member={member}
            members={items}
            reach={reachWords(member.projects, projects.data?.items)}
            onTask={(kind) => setTask({ kind, member })}
          />
        ))}
      </ul>
      {task === null ? null : (
        <TaskDialog task={task} orgName={nameOfOrg(me)} onClose={() => setTask(null)} onDone={refresh} />
      )}
    </>
  );
};

const nameOfOrg = ({ orgs, activeOrgId }: ReturnType<typeof useMe>): string =>
  orgs.find(({ orgId }) => orgId === activeOrgId)?.name ?? "the organization";

type TaskDialogProps = {
  readonly task: MemberTask;
  readonly orgName: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

const TaskDialog = ({ task: { kind, member }, orgName, onClose, onDone }: TaskDialogProps) => {
  const end = { onClose, onDone };
  switch (kind) {
    case "change":
      return <MemberDialog member={member} {...end} />;
    case "may":
      return (
        <Dialog isOpen onClose={onClose} title={`What ${member.name} may do`}>
          <MemberMayList member={member} />
          <DialogButtons>
            <Button onClick={onClose}>Close</Button>
          </DialogButtons>
        </Dialog>
      );
    case "handOver":
      return (
        <ConfirmDialog
          title={`Hand ${orgName} over to ${member.name}?`}
          verb="Hand over"
          run={() => transferOrg(member.userId)}
          {...end}
        >
          {member.name} becomes an owner and you become an admin, both at once. Only an owner can undo it.
        </ConfirmDialog>
      );
    case "remove":
      return member.self ? (
        <ConfirmDialog
          title={`Leave ${orgName}?`}
          verb="Leave"
          run={leaveOrg}
          onClose={onClose}
          // A fresh page: nothing of this organization stays in memory.
          onDone={() => location.assign(PATHS.signIn)}
        >
          You are signed out at once, and API tokens that you made here stop working.
        </ConfirmDialog>
      ) : (
        <ConfirmDialog title={`Remove ${member.name}?`} verb="Remove" run={() => removeMember(member.userId)} {...end}>
          Pages that {member.name} ({member.email}) has open close within seconds, and API tokens that they made here
          stop working.
        </ConfirmDialog>
      );
  }
};

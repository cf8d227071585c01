import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Invitation } from "@yardarm/protocol/api/invitations";
import { useState } from "react";
import { projectsQuery } from "../../../api/org-calls.ts";
import { invitationsQuery, withdrawInvitation } from "../../../api/people-calls.ts";
import { refusalOf } from "../../../api/permissions.ts";
import { formatDuration } from "../../../format/duration.ts";
import { formatMoment } from "../../../format/time.ts";
import { useLive } from "../../../live/live-context.tsx";
import { useNow } from "../../../live/now.ts";
import { Button } from "../../../ui/Button.tsx";
import { EmptyState } from "../../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { useMe } from "../../use-me.ts";
import { useTitle } from "../../use-title.ts";
import { ROLE_WORDS, reachWords } from "../members/role-words.ts";
import { PageHead } from "../PageHead.tsx";
import { InviteDialog } from "./InviteDialog.tsx";

/** People who were asked in and have not come yet. */
export const InvitationsPage = () => {
  useTitle("Invitations", "Settings");
  const refusal = refusalOf(useMe(), "member.manage");
  const [isInviting, setInviting] = useState(false);
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <PageHead
        title="Invitations"
        action={
          <Button look="primary" disabledReason={refusal} onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
        }
      >
        An invitation is a link for one e-mail address. It works once.
      </PageHead>
      {refusal === null ? <InvitationList /> : <EmptyState title="Invitations are for admins.">{refusal}</EmptyState>}
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </div>
  );
};

const InvitationList = () => {
  const invitations = useQuery(invitationsQuery);
  if (invitations.isPending) return <SkeletonRows rows={3} label="Loading invitations" />;
  if (invitations.isError) {
    return <ProblemState error={invitations.error} onRetry={() => void invitations.refetch()} />;
  }
  const { items } = invitations.data;
  if (items.length === 0) {
    return <EmptyState title="Nobody is invited at the moment.">Who has accepted is among the members.</EmptyState>;
  }
  return (
    <ul className="flex flex-col">
      {items.map((invitation) => (
        <InvitationRow key={invitation.invitationId} invitation={invitation} />
      ))}
    </ul>
  );
};

const InvitationRow = ({ invitation }: { readonly invitation: Invitation }) => {
  const queryClient = useQueryClient();
  const live = useLive();
  useNow();
  const projects = useQuery(projectsQuery);
  const withdrawing = useMutation({
    mutationFn: () => withdrawInvitation(invitation.invitationId),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  });
  const expiresAtMs = Date.parse(invitation.expiresAt);
  const leftMs = expiresAtMs - live.hubNow();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2">
      <span className="min-w-48 flex-1">
        <span className="block font-medium">{invitation.email}</span>
        <span className="block text-meta text-muted tabular" title={formatMoment(expiresAtMs)}>
          by {invitation.invitedBy} · {leftMs > 0 ? `expires in ${formatDuration(leftMs)}` : "expired"}
        </span>
      </span>
      <span className="w-36">
        <span className="block">{ROLE_WORDS[invitation.role].title}</span>
        <span className="block text-meta text-muted">{reachWords(invitation.projects, projects.data?.items)}</span>
      </span>
      <Button
        isSmall
        aria-label={`Withdraw the invitation of ${invitation.email}`}
        disabledReason={withdrawing.isPending ? "Withdrawing…" : null}
        onClick={() => withdrawing.mutate()}
      >
        Withdraw
      </Button>
      {withdrawing.isError ? <ProblemState error={withdrawing.error} /> : null}
    </li>
  );
};

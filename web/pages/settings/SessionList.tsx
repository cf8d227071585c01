import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SessionView } from "@yardarm/protocol/api/auth";
import { revokeSession } from "../../api/calls.ts";
import { sessionsQuery } from "../../api/queries.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatMoment } from "../../format/time.ts";
import { useLive } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { describeBrowser } from "./describe-browser.ts";

/** Where this person is signed in, and how to end it. */
export const SessionList = () => {
  const sessions = useQuery(sessionsQuery);
  return (
    <section aria-label="Sessions" className="flex flex-col gap-2">
      <h2 className="font-semibold text-title">Sessions</h2>
      {sessions.isPending ? <SkeletonRows rows={3} label="Loading sessions" /> : null}
      {sessions.isError ? <ProblemState error={sessions.error} onRetry={() => void sessions.refetch()} /> : null}
      <ul className="flex flex-col">
        {sessions.data?.items.map((session) => (
          <SessionEntry key={session.sessionId} session={session} />
        ))}
      </ul>
    </section>
  );
};

const SessionEntry = ({ session }: { readonly session: SessionView }) => {
  const queryClient = useQueryClient();
  const live = useLive();
  useNow();
  const ending = useMutation({
    mutationFn: () => revokeSession(session.sessionId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const usedAtMs = Date.parse(session.lastUsedAt);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2">
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-2">
          <span className="truncate" title={session.userAgent}>
            {describeBrowser(session.userAgent)}
          </span>
          {session.current ? <Badge>This session</Badge> : null}
        </span>
        <span className="block text-meta text-muted tabular" title={formatMoment(usedAtMs)}>
          {session.address} · used {formatDuration(live.hubNow() - usedAtMs)} ago · since{" "}
          {formatMoment(Date.parse(session.createdAt))}
        </span>
        {ending.isError ? <ProblemState error={ending.error} /> : null}
      </span>
      <Button
        isSmall
        disabledReason={
          session.current ? "This is the session you are using: sign out instead." : ending.isPending ? "Ending…" : null
        }
        onClick={() => ending.mutate()}
      >
        End session
      </Button>
    </li>
  );
};

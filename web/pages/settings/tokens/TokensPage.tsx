import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ApiToken } from "@yardarm/protocol/api/tokens";
import { useState } from "react";
import { revokeToken, tokensQuery } from "../../../api/people-calls.ts";
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
import { ConfirmDialog } from "../ConfirmDialog.tsx";
import { PageHead } from "../PageHead.tsx";
import { TokenDialog } from "./TokenDialog.tsx";

/** Secrets for programs. */
export const TokensPage = () => {
  useTitle("API tokens", "Settings");
  const refusal = refusalOf(useMe(), "token.own");
  const [isMaking, setMaking] = useState(false);
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <PageHead
        title="API tokens"
        action={
          <Button look="primary" disabledReason={refusal} onClick={() => setMaking(true)}>
            New token
          </Button>
        }
      >
        A program that carries one acts in this organization, within its scopes and never beyond what its maker may do
        at that moment.
      </PageHead>
      <TokenList />
      {isMaking ? <TokenDialog onClose={() => setMaking(false)} /> : null}
    </div>
  );
};

const TokenList = () => {
  const queryClient = useQueryClient();
  const tokens = useQuery(tokensQuery);
  const [doomed, setDoomed] = useState<ApiToken | null>(null);
  if (tokens.isPending) return <SkeletonRows rows={3} label="Loading API tokens" />;
  if (tokens.isError) return <ProblemState error={tokens.error} onRetry={() => void tokens.refetch()} />;
  const { items } = tokens.data;
  if (items.length === 0) return <EmptyState title="No API tokens.">Make one for a script or a dashboard.</EmptyState>;
  return (
    <>
      <ul className="flex flex-col">
        {items.map((token) => (
          <TokenRow key={token.tokenId} token={token} onRevoke={() => setDoomed(token)} />
        ))}
      </ul>
      {doomed === null ? null : (
        <ConfirmDialog
          title={`Revoke ${doomed.name}?`}
          verb="Revoke"
          run={() => revokeToken(doomed.tokenId)}
          onClose={() => setDoomed(null)}
          onDone={() => void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })}
        >
          Programs that use it are refused from now on, and what they have open closes within seconds.
        </ConfirmDialog>
      )}
    </>
  );
};

const TokenRow = ({ token, onRevoke }: { readonly token: ApiToken; readonly onRevoke: () => void }) => {
  const me = useMe();
  const live = useLive();
  useNow();
  const leftMs = Date.parse(token.expiresAt) - live.hubNow();
  const usedMs = token.lastUsedAt === null ? null : live.hubNow() - Date.parse(token.lastUsedAt);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2">
      <span className="min-w-48 flex-1">
        <span className="block font-medium">{token.name}</span>
        <span className="block text-meta text-muted tabular">
          {token.userId === me.userId ? "" : `by ${token.createdBy} · `}
          {usedMs === null ? "never used" : `used ${formatDuration(usedMs)} ago from ${token.lastUsedFrom ?? "–"}`}
          {" · "}
          <span title={formatMoment(Date.parse(token.expiresAt))}>
            {leftMs > 0 ? `expires in ${formatDuration(leftMs)}` : "expired"}
          </span>
        </span>
        <span className="block font-mono text-meta text-muted">{token.scopes.join(" ")}</span>
      </span>
      <Button isSmall aria-label={`Revoke ${token.name}`} onClick={onRevoke}>
        Revoke
      </Button>
    </li>
  );
};

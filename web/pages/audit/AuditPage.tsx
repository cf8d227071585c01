import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download, X } from "lucide-react";
import { auditExportPath, auditQuery } from "../../api/audit-calls.ts";
import { mayReadAudit } from "../../api/permissions.ts";
import { useInventory } from "../../live/live-context.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Button, IconButton } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Select } from "../../ui/Select.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { useMe } from "../use-me.ts";
import { useTitle } from "../use-title.ts";
import { AuditEntry } from "./AuditEntry.tsx";
import { AUDIT_GROUPS, AUDIT_SPANS, type AuditGroup, type AuditSearch, auditQueryText } from "./audit-address.ts";
import { ChainStatus } from "./ChainStatus.tsx";

const route = getRouteApi("/signed-in/audit");

const GROUP_OPTIONS = [
  { value: "all", label: "Everything" },
  ...Object.entries(AUDIT_GROUPS).map(([value, { label }]) => ({ value: value as AuditGroup, label })),
] as const;

const SPAN_WORDS = { "1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days" } as const;
const SPAN_OPTIONS = [
  { value: "all", label: "Any time" },
  ...AUDIT_SPANS.map((value) => ({ value, label: SPAN_WORDS[value] })),
] as const;

/** Who did what, and whether anybody tampered with it. */
export const AuditPage = () => {
  useTitle("Audit");
  const me = useMe();
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <div className="mx-auto flex w-full max-w-280 flex-col gap-3 p-4">
        <h1 className="font-semibold text-large">Audit</h1>
        {mayReadAudit(me) ? (
          <Audit />
        ) : (
          <EmptyState title="The audit is for admins.">Ask an admin or owner of the organization.</EmptyState>
        )}
      </div>
    </div>
  );
};

const Audit = () => {
  const search = route.useSearch();
  const query = auditQueryText(search);
  return (
    <>
      <ChainStatus />
      <Filters search={search} query={query} />
      <Rows key={query} search={search} query={query} />
    </>
  );
};

type ViewProps = { readonly search: AuditSearch; readonly query: string };

const Filters = ({ search, query }: ViewProps) => {
  const navigate = route.useNavigate();
  const go = (next: AuditSearch): void => void navigate({ search: next });
  const { group, since, actor, target } = search;
  const link =
    "inline-flex h-8 items-center gap-1.5 rounded-control border border-control bg-surface px-3 hover:bg-raised";
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        label="Show"
        value={group ?? "all"}
        options={GROUP_OPTIONS}
        onChange={(value) => go(value === "all" ? without(search, "group") : { ...search, group: value })}
      />
      <Select
        label="When"
        value={since ?? "all"}
        options={SPAN_OPTIONS}
        onChange={(value) => go(value === "all" ? without(search, "since") : { ...search, since: value })}
      />
      {actor === undefined ? null : <Chip label={`by ${actor}`} onRemove={() => go(without(search, "actor"))} />}
      {target === undefined ? null : <Chip label={`about ${target}`} onRemove={() => go(without(search, "target"))} />}
      <span className="flex-1" />
      <a className={link} href={auditExportPath(query, "csv")} download>
        <Download className="size-4" aria-hidden="true" />
        CSV
      </a>
      <a className={link} href={auditExportPath(query, "ndjson")} download>
        <Download className="size-4" aria-hidden="true" />
        NDJSON
      </a>
    </div>
  );
};

const without = (search: AuditSearch, key: keyof AuditSearch): AuditSearch =>
  Object.fromEntries(Object.entries(search).filter(([name]) => name !== key));

const Chip = ({ label, onRemove }: { readonly label: string; readonly onRemove: () => void }) => (
  <Badge>
    <span className="font-mono">{label}</span>
    <IconButton isSmall label={`No longer only ${label}`} icon={<X className="size-3.5" />} onClick={onRemove} />
  </Badge>
);

const Rows = ({ search, query }: ViewProps) => {
  const navigate = route.useNavigate();
  const rows = useInfiniteQuery(auditQuery(query));
  const inventory = useInventory();
  // Names of containers come from there: rows that change their words move under the eye.
  if (rows.isPending || inventory.status === "loading") return <SkeletonRows rows={10} label="Loading the audit" />;
  if (rows.isError && rows.data === undefined) {
    return <ProblemState error={rows.error} onRetry={() => void rows.refetch()} />;
  }
  const items = rows.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <EmptyState
        title="No row matches."
        action={<Button onClick={() => void navigate({ search: {} })}>Show everything</Button>}
      />
    );
  }
  return (
    <>
      <ol className="flex flex-col">
        {items.map((row) => (
          <AuditEntry
            key={row.seq}
            row={row}
            onNarrow={(narrower) => void navigate({ search: { ...search, ...narrower } })}
          />
        ))}
      </ol>
      {rows.hasNextPage ? (
        <Button
          className="self-start"
          disabledReason={rows.isFetchingNextPage ? "Loading…" : null}
          onClick={() => void rows.fetchNextPage()}
        >
          Show older rows
        </Button>
      ) : (
        <p className="text-meta text-muted">That is the beginning.</p>
      )}
      {rows.isFetchNextPageError ? <ProblemState error={rows.error} /> : null}
    </>
  );
};

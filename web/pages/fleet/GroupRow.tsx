import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { formatCount } from "../../format/percent.ts";
import { HostBadge } from "../HostBadge.tsx";
import { hostPath } from "../paths.ts";
import type { FleetRow, Totals } from "./fleet-rows.ts";

export type GroupRowProps = {
  readonly row: Exclude<FleetRow, { readonly kind: "container" }>;
  readonly top: number;
  readonly height: number;
  readonly rowIndex: number;
  readonly columns: number;
};

/** A heading in front of a group, with its totals. */
export const GroupRow = memo(({ row, top, height, rowIndex, columns }: GroupRowProps) => (
  <div
    role="row"
    aria-rowindex={rowIndex}
    className="absolute right-0 left-0 flex items-center border-line border-b bg-raised px-3"
    style={{ top, height }}
  >
    <div role="cell" aria-colspan={columns} className="flex min-w-0 items-center gap-3">
      {row.kind === "host" ? (
        <HostHeading row={row} />
      ) : (
        <span className="truncate font-medium">{row.project ?? "Without compose project"}</span>
      )}
      <TotalsText totals={row.totals} />
    </div>
  </div>
));

const HostHeading = ({ row }: { readonly row: Extract<FleetRow, { readonly kind: "host" }> }) => {
  const { host } = row;
  return (
    <>
      <Link to={hostPath(host.hostId)} className="truncate font-medium hover:underline">
        {host.name}
      </Link>
      <HostBadge host={host} />
      {host.engine?.state === "unreachable" ? (
        <span className="truncate text-danger text-meta">{host.engine.message}</span>
      ) : null}
      {host.engine?.state === "connected" && host.engine.simulated ? (
        <span className="shrink-0 text-meta text-warn">Simulated</span>
      ) : null}
    </>
  );
};

const TotalsText = ({ totals }: { readonly totals: Totals }) => (
  <span className="shrink-0 text-meta text-muted tabular">
    {totals.shown === 0 ? "no containers" : `${formatCount(totals.running)} / ${formatCount(totals.shown)} running`}
    {totals.unhealthy === 0 ? null : <span className="text-danger"> · {formatCount(totals.unhealthy)} unhealthy</span>}
  </span>
);

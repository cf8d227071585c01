import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { clsx } from "clsx";
import { formatBytes } from "../../format/bytes.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatPorts, shortImage } from "../../format/image.ts";
import { formatCount, formatCpu } from "../../format/percent.ts";
import { containerLook } from "../../format/state-look.ts";
import { formatMoment, nsToMs } from "../../format/time.ts";
import { useSample } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { Tooltip } from "../../ui/Tooltip.tsx";
import { type Freshness, useAge, useFreshness } from "../ages.ts";
import { lockReason } from "../lock.ts";
import { containerPath } from "../paths.ts";
import { currentSample } from "../sample-age.ts";
import type { Column, ColumnKey } from "./columns.ts";
import type { FleetItem } from "./fleet-filter.ts";

export type RowPlace = { readonly top: number; readonly height: number; readonly gridTemplateColumns: string };

export type ContainerRowProps = {
  readonly item: FleetItem;
  readonly columns: readonly Column[];
  readonly isPhone: boolean;
  readonly place: RowPlace;
  readonly rowIndex: number;
};

/** One container. The whole row opens it: the link of its name lies over it. */
export const ContainerRow = ({ item, columns, isPhone, place, rowIndex }: ContainerRowProps) => {
  const freshness = useFreshness(item.host);
  const isOld = freshness.state === "old";
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      className={clsx(
        "absolute right-0 left-0 grid items-center gap-x-3 border-line border-b px-3 hover:bg-raised has-focus-visible:bg-raised",
        isOld && "text-muted",
      )}
      style={place}
    >
      {isPhone ? (
        <PhoneCell item={item} freshness={freshness} />
      ) : (
        columns.map(({ key, isNumber }) => (
          <div key={key} role="cell" className={clsx("min-w-0 truncate", isNumber && "text-right tabular")}>
            <Cell column={key} item={item} freshness={freshness} />
          </div>
        ))
      )}
    </div>
  );
};

type CellProps = { readonly item: FleetItem; readonly freshness: Freshness };

const Cell = ({ column, item, freshness }: CellProps & { readonly column: ColumnKey }) => {
  const { container, host } = item;
  switch (column) {
    case "state":
      return <StateBadge look={containerLook(container)} isDim={freshness.state === "old"} />;
    case "name":
      return <NameLink item={item} />;
    case "host":
      return host?.name ?? "–";
    case "project":
      return container.compose?.project ?? "–";
    case "image":
      return <span title={container.image}>{shortImage(container.image)}</span>;
    case "cpu":
      return <Measured item={item} what="cpu" />;
    case "memory":
      return <Measured item={item} what="memory" />;
    case "restarts":
      return container.restartCount === 0 ? <span className="text-muted">0</span> : formatCount(container.restartCount);
    case "uptime":
      return <Uptime item={item} freshness={freshness} />;
    case "ports":
      return <span title={formatPorts(container.ports).join(", ")}>{formatPorts(container.ports).join(", ")}</span>;
    case "lock":
      return <LockMark item={item} />;
  }
};

const NameLink = ({ item: { container } }: { readonly item: FleetItem }) => (
  <Link
    to={containerPath(container.hostId, container.containerId)}
    className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
  >
    {container.name}
  </Link>
);

const Measured = ({ item, what }: { readonly item: FleetItem; readonly what: "cpu" | "memory" }) => {
  const seen = useSample(item.container.containerId);
  const nowMs = useNow();
  const sample = item.container.state === "running" ? currentSample(seen, nowMs) : null;
  const value = (what === "cpu" ? sample?.cpuCores : sample?.memoryUsedBytes) ?? null;
  if (value === null) return <span className="text-muted">–</span>;
  return what === "cpu" ? formatCpu(value) : formatBytes(value);
};

/** Since when it runs; of a silent host, when that was last known. */
const Uptime = ({ item: { container }, freshness }: CellProps) => {
  const age = useAge();
  if (freshness.state === "old") {
    if (freshness.ageMs === null) return "–";
    return <span title="Since the last sign of life">{formatDuration(freshness.ageMs)} old</span>;
  }
  const runningMs = container.state === "running" ? age(container.startedAtNs) : null;
  const startedAtMs = nsToMs(container.startedAtNs);
  if (runningMs === null || startedAtMs === null) return <span className="text-muted">–</span>;
  return <span title={`Started ${formatMoment(startedAtMs)}`}>{formatDuration(runningMs)}</span>;
};

const LockMark = ({ item: { container } }: { readonly item: FleetItem }) => {
  const reason = lockReason(container);
  if (reason === null) return null;
  return (
    <Tooltip text={reason}>
      <button type="button" aria-label={reason} className="relative z-10 grid size-6 place-items-center">
        <Lock className="size-4 text-muted" aria-hidden="true" />
      </button>
    </Tooltip>
  );
};

/** The same facts on two lines. */
const PhoneCell = ({ item, freshness }: CellProps) => (
  <div role="cell" className="min-w-0">
    <div className="flex items-center gap-2">
      <span className="min-w-0 flex-1 truncate">
        <NameLink item={item} />
      </span>
      <StateBadge look={containerLook(item.container)} isDim={freshness.state === "old"} />
    </div>
    <div className="flex gap-2 text-meta text-muted tabular">
      <span className="min-w-0 flex-1 truncate">{item.host?.name ?? "–"}</span>
      <span className="w-14 text-right">
        <Measured item={item} what="cpu" />
      </span>
      <span className="w-16 text-right">
        <Measured item={item} what="memory" />
      </span>
      <span className="w-16 text-right">
        <Uptime item={item} freshness={freshness} />
      </span>
    </div>
  </div>
);

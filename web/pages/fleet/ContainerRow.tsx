import type { ContainerId } from "@yardarm/protocol/ids";
import { clsx } from "clsx";
import { Lock } from "lucide-react";
import { memo } from "react";
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
import { PlainLink } from "../PlainLink.tsx";
import { containerPath } from "../paths.ts";
import { currentSample } from "../sample-age.ts";
import { type Column, type ColumnKey, gridTemplate } from "./columns.ts";
import type { FleetItem } from "./fleet-filter.ts";
import { SelectBox } from "./SelectBox.tsx";

export type ContainerRowProps = {
  readonly item: FleetItem;
  readonly columns: readonly Column[];
  readonly isPhone: boolean;
  readonly top: number;
  readonly height: number;
  readonly rowIndex: number;
  readonly isSelected: boolean;
  /** The same function every time, or every row would be drawn again. */
  readonly onSelect: (containerId: ContainerId, isRange: boolean) => void;
};

/** What the cells of one row show beside the container itself. */
type RowFacts = {
  readonly freshness: Freshness;
  readonly cpuCores: number | null;
  readonly memoryUsedBytes: number | null;
  /** How long it has been running, in milliseconds; `null` when it is not. */
  readonly runningMs: number | null;
};

/** One container. The whole row opens it: the link of its name lies over it. Scrolling draws only rows that come into view. */
export const ContainerRow = memo(
  ({ item, columns, isPhone, top, height, rowIndex, isSelected, onSelect }: ContainerRowProps) => {
    const facts = useRowFacts(item);
    const { containerId, name } = item.container;
    const box = (
      <SelectBox
        label={`Select ${name}`}
        isSelected={isSelected}
        onSelect={(isRange) => onSelect(containerId, isRange)}
      />
    );
    return (
      <div
        role="row"
        aria-rowindex={rowIndex}
        className={clsx(
          "absolute right-0 left-0 grid items-center gap-x-3 border-line border-b px-3 hover:bg-raised has-focus-visible:bg-raised",
          facts.freshness.state === "old" && "text-muted",
          isSelected && "bg-raised shadow-[inset_2px_0_0_var(--color-accent)]",
        )}
        style={{ top, height, gridTemplateColumns: isPhone ? "24px minmax(0,1fr)" : gridTemplate(columns) }}
      >
        {isPhone ? (
          <>
            <div role="cell">{box}</div>
            <PhoneCell item={item} facts={facts} />
          </>
        ) : (
          columns.map(({ key, isNumber }) => (
            <div key={key} role="cell" className={clsx("min-w-0 truncate", isNumber && "text-right tabular")}>
              {key === "select" ? box : <Cell column={key} item={item} facts={facts} />}
            </div>
          ))
        )}
      </div>
    );
  },
);

const useRowFacts = ({ container, host }: FleetItem): RowFacts => {
  const freshness = useFreshness(host);
  const seen = useSample(container.containerId);
  const nowMs = useNow();
  const age = useAge();
  const isRunning = container.state === "running";
  const sample = isRunning ? currentSample(seen, nowMs) : null;
  return {
    freshness,
    cpuCores: sample?.cpuCores ?? null,
    memoryUsedBytes: sample?.memoryUsedBytes ?? null,
    runningMs: isRunning ? age(container.startedAtNs) : null,
  };
};

type CellProps = { readonly item: FleetItem; readonly facts: RowFacts };

const Cell = ({ column, item, facts }: CellProps & { readonly column: Exclude<ColumnKey, "select"> }) => {
  const { container, host } = item;
  switch (column) {
    case "state":
      return <StateBadge look={containerLook(container)} isDim={facts.freshness.state === "old"} />;
    case "name":
      return <NameLink item={item} />;
    case "host":
      return host?.name ?? UNKNOWN;
    case "project":
      return container.compose?.project ?? UNKNOWN;
    case "image":
      return <span title={container.image}>{shortImage(container.image)}</span>;
    case "cpu":
      return facts.cpuCores === null ? UNKNOWN : formatCpu(facts.cpuCores);
    case "memory":
      return facts.memoryUsedBytes === null ? UNKNOWN : formatBytes(facts.memoryUsedBytes);
    case "restarts":
      return container.restartCount === 0 ? <span className="text-muted">0</span> : formatCount(container.restartCount);
    case "uptime":
      return <Uptime item={item} facts={facts} />;
    case "ports":
      return <span title={formatPorts(container.ports).join(", ")}>{formatPorts(container.ports).join(", ")}</span>;
    case "lock":
      return <LockMark item={item} />;
  }
};

const UNKNOWN = <span className="text-muted">–</span>;

const NameLink = ({ item: { container } }: { readonly item: FleetItem }) => (
  <PlainLink
    to={containerPath(container.hostId, container.containerId)}
    className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
  >
    {container.name}
  </PlainLink>
);

/** Since when it runs; of a silent host, when that was last known. */
const Uptime = ({ item: { container }, facts: { freshness, runningMs } }: CellProps) => {
  if (freshness.state === "old") {
    if (freshness.ageMs === null) return UNKNOWN;
    return <span title="Since the last sign of life">{formatDuration(freshness.ageMs)} old</span>;
  }
  const startedAtMs = nsToMs(container.startedAtNs);
  if (runningMs === null || startedAtMs === null) return UNKNOWN;
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
const PhoneCell = ({ item, facts }: CellProps) => (
  <div role="cell" className="min-w-0">
    <div className="flex items-center gap-2">
      <span className="min-w-0 flex-1 truncate">
        <NameLink item={item} />
      </span>
      <StateBadge look={containerLook(item.container)} isDim={facts.freshness.state === "old"} />
    </div>
    <div className="flex gap-2 text-meta text-muted tabular">
      <span className="min-w-0 flex-1 truncate">{item.host?.name ?? UNKNOWN}</span>
      <span className="w-14 text-right">{formatCpu(facts.cpuCores)}</span>
      <span className="w-16 text-right">{formatBytes(facts.memoryUsedBytes)}</span>
      <span className="w-16 text-right">
        <Uptime item={item} facts={facts} />
      </span>
    </div>
  </div>
);

import { DOWNLOAD_CONTAINERS } from "@yardarm/protocol/api/logs";
import type { ContainerId } from "@yardarm/protocol/ids";
import { lazy, Suspense } from "react";
import { planDownload, selectionUrl } from "../../api/log-calls.ts";
import { formatCount, formatPlural } from "../../format/percent.ts";
import type { DownloadFilter } from "../log/download/download-query.ts";
import { isAbsolute, type StoredRange } from "./stored-range.ts";

export type ExplorerDownloadProps = {
  /** Whose lines, most active first; `null`: of all that this person may see. */
  readonly searched: readonly ContainerId[] | null;
  readonly filter: DownloadFilter;
  readonly leavesOut?: boolean;
  readonly range?: StoredRange;
  readonly onClose: () => void;
};

/** A file of the stored lines of a whole selection. */
export const ExplorerDownload = ({
  searched,
  filter,
  leavesOut = false,
  range = {},
  onClose,
}: ExplorerDownloadProps) => {
  const covered = searched?.slice(0, DOWNLOAD_CONTAINERS);
  const selection = covered === undefined ? {} : { container: covered.join(",") };
  return (
    <Suspense fallback={null}>
      <DownloadDialog
        title={`Download the logs of ${searched === null ? "all containers" : formatPlural(searched.length, "container")}`}
        description={descriptionOf(searched?.length ?? 0)}
        fileName="logs"
        filter={filter}
        leavesOut={leavesOut}
        range={isAbsolute(range) ? "custom" : (range.since ?? "all")}
        typed={range}
        check={async (query, signal) => {
          const { containers } = await planDownload({ ...query, ...selection }, signal);
          return containers === 0 ? "Nothing is stored of that time." : null;
        }}
        urlOf={(query, isCompressed) =>
          selectionUrl({ ...query, ...selection, ...(isCompressed ? { gzip: "true" } : {}) })
        }
        onClose={onClose}
      />
    </Suspense>
  );
};

const DownloadDialog = lazy(async () => ({
  default: (await import("../log/download/DownloadDialog.tsx")).DownloadDialog,
}));

const descriptionOf = (containers: number): string => {
  const what = "What the hub has stored, in the order of time; each line says whose it is.";
  if (containers <= DOWNLOAD_CONTAINERS) return what;
  return `${what} Of the ${DOWNLOAD_CONTAINERS} most recently active of ${formatCount(containers)} containers.`;
};

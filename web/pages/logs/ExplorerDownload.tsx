import { DOWNLOAD_CONTAINERS } from "@yardarm/protocol/api/logs";
import type { ContainerId } from "@yardarm/protocol/ids";
import { lazy, Suspense } from "react";
import { planDownload, selectionUrl } from "../../api/log-calls.ts";
import { formatCount, formatPlural } from "../../format/percent.ts";
import type { DownloadFilter } from "../log/download/download-query.ts";
import type { SelectionQuery } from "./log-selection.ts";
import { isAbsolute, type StoredRange } from "./stored-range.ts";

export type ExplorerDownloadProps = {
  /** Whose lines, most active first; `null`: of all that this person may see. */
  readonly searched: readonly ContainerId[] | null;
  /** The same for the hub, which knows more removed ones; `null`: only `searched` says it. */
  readonly query: SelectionQuery | null;
  readonly filter: DownloadFilter;
  readonly leavesOut?: boolean;
  readonly range?: StoredRange;
  readonly onClose: () => void;
};

/** A file of the stored lines of a whole selection: of the containers that a search in stored lines covers. */
export const ExplorerDownload = (props: ExplorerDownloadProps) => {
  const { searched, query: asked, filter, leavesOut = false, range = {}, onClose } = props;
  const selection = asked ?? (searched === null ? {} : { container: searched.slice(0, DOWNLOAD_CONTAINERS).join(",") });
  return (
    <Suspense fallback={null}>
      <DownloadDialog
        title={`Download the logs of ${whoseWords(searched, asked)}`}
        description={descriptionOf(asked === null && searched !== null ? searched.length : 0)}
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

/** How many there are is said where this page knows them all. */
const whoseWords = (searched: ExplorerDownloadProps["searched"], asked: SelectionQuery | null): string => {
  if (searched === null) return "all containers";
  return asked === null ? formatPlural(searched.length, "container") : "the selected containers";
};

const descriptionOf = (containers: number): string => {
  const what = "What the hub has stored, in the order of time; each line says whose it is.";
  if (containers <= DOWNLOAD_CONTAINERS) return what;
  return `${what} Of the ${DOWNLOAD_CONTAINERS} most recently active of ${formatCount(containers)} containers.`;
};

import { useQuery } from "@tanstack/react-query";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { useEffect, useMemo, useState } from "react";
import { metricsQuery } from "../../api/queries.ts";
import { formatByteRate, formatBytes } from "../../format/bytes.ts";
import { formatCpu, formatRatio } from "../../format/percent.ts";
import { useLive, useSample } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Chart, type ChartSeries } from "../../ui/chart/Chart.tsx";
import { breakAtGaps } from "../../ui/chart/gaps.ts";
import { Facts } from "../Facts.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { currentSample } from "../sample-age.ts";
import { appendSample, GAP_MS, type LiveSample, mergeColumns, WINDOW_MS } from "./metric-columns.ts";

const CPU_SERIES: readonly ChartSeries[] = [{ label: "CPU", look: "accent" }];
const MEMORY_SERIES: readonly ChartSeries[] = [
  { label: "Memory", look: "ok" },
  { label: "Limit", look: "limit" },
];
const MEMORY_SERIES_UNLIMITED: readonly ChartSeries[] = [{ label: "Memory", look: "ok" }];
/** Axes reach at least a tenth of a core and 16 MiB. */
const LEAST_CORES = 0.1;
const LEAST_BYTES = 16 * 1024 ** 2;

/** CPU and memory of the last 15 minutes, live, and the rest of the newest sample in numbers. */
export const MetricsPanel = ({ container }: { readonly container: Container }) => {
  const { containerId } = container;
  const live = useLive();
  const nowMs = useNow();
  const samples = useLiveSamples(containerId);
  const history = useQuery(metricsQuery(containerId));
  const toMs = live.hubNow();
  const columns = useMemo(() => mergeColumns(history.data, samples, toMs), [history.data, samples, toMs]);
  const seen = useSample(containerId);
  const sample = container.state === "running" ? currentSample(seen, nowMs) : null;
  const isLimited = container.memoryLimitBytes !== null;
  const window = { from: toMs - WINDOW_MS, to: toMs };
  const memoryValues = isLimited ? [columns.memoryUsedBytes, columns.memoryLimitBytes] : [columns.memoryUsedBytes];
  return (
    <section aria-label="Metrics" className="flex flex-col gap-2 border-line border-b p-3">
      <h2 className="only-read-aloud">Metrics of the last 15 minutes</h2>
      {history.isError ? <ProblemState error={history.error} onRetry={() => void history.refetch()} /> : null}
      <Chart
        title="CPU"
        note="100 % = one core"
        series={CPU_SERIES}
        columns={breakAtGaps({ tsMs: columns.tsMs, values: [columns.cpuCores] }, GAP_MS)}
        {...window}
        format={formatCpu}
        scale="decimal"
        leastTop={LEAST_CORES}
        current={formatCpu(sample?.cpuCores ?? null)}
      />
      <Chart
        title="Memory"
        note={
          isLimited
            ? `without file cache, limit ${formatBytes(container.memoryLimitBytes)}`
            : "without file cache, no limit"
        }
        series={isLimited ? MEMORY_SERIES : MEMORY_SERIES_UNLIMITED}
        columns={breakAtGaps({ tsMs: columns.tsMs, values: memoryValues }, GAP_MS)}
        {...window}
        format={formatBytes}
        scale="binary"
        leastTop={LEAST_BYTES}
        current={formatBytes(sample?.memoryUsedBytes ?? null)}
      />
      <div className="tabular">
        <Facts
          facts={[
            {
              name: "Network",
              value: `${formatByteRate(sample?.networkRxBytesPerSecond ?? null)} in, ${formatByteRate(sample?.networkTxBytesPerSecond ?? null)} out`,
            },
            {
              name: "Disk",
              value: `${formatByteRate(sample?.blockReadBytesPerSecond ?? null)} read, ${formatByteRate(sample?.blockWriteBytesPerSecond ?? null)} written`,
            },
            { name: "Processes", value: sample?.pids ?? null },
            { name: "Throttled", value: formatRatio(sample?.throttledRatio ?? null) },
          ]}
        />
      </div>
    </section>
  );
};

/** Samples that arrived while this container is on screen. */
const useLiveSamples = (containerId: ContainerId): readonly LiveSample[] => {
  const { metrics } = useLive();
  const [samples, setSamples] = useState<readonly LiveSample[]>([]);
  useEffect(() => {
    setSamples([]);
    return metrics.onSample(containerId, (next) => setSamples((kept) => appendSample(kept, next)));
  }, [metrics, containerId]);
  return samples;
};

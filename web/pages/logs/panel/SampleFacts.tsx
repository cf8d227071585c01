import { useQuery } from "@tanstack/react-query";
import type { ContainerId } from "@yardarm/protocol/ids";
import { getMetrics } from "../../../api/calls.ts";
import { errorText } from "../../../api/errors.ts";
import { formatBytes } from "../../../format/bytes.ts";
import { formatCpu } from "../../../format/percent.ts";
import { useLive } from "../../../live/live-context.tsx";
import { useMe } from "../../use-me.ts";
import { Fact } from "./Fact.tsx";
import { mayComeNearer, noSampleWords, offsetWords, sampleAt } from "./sample-at.ts";

const AGAIN_MS = 2_000;

export type SampleFactsProps = {
  readonly containerId: ContainerId;
  /** When the line was written, ms since the epoch. */
  readonly atMs: number;
};

/** CPU and memory of the container when it wrote the line, with how far from the line they were taken; or why there are none. */
export const SampleFacts = ({ containerId, atMs }: SampleFactsProps) => {
  const live = useLive();
  const mayRead = useMe().permissions.includes("metrics.read");
  const { data, error } = useQuery({
    queryKey: ["metrics at", containerId, atMs],
    queryFn: ({ signal }) => getMetrics(containerId, "15m", signal),
    refetchInterval: ({ state }) => (mayComeNearer(state.data, atMs, live.hubNow()) ? AGAIN_MS : false),
    refetchOnWindowFocus: false,
    enabled: mayRead,
  });
  const sample = data === undefined ? null : sampleAt(data, atMs);
  const words = !mayRead
    ? "Your role does not let you see metrics."
    : error !== null
      ? errorText(error).title
      : data === undefined
        ? "Loading…"
        : sample === null
          ? `No sample. ${noSampleWords(data, atMs)}`
          : offsetWords(sample.offsetMs);
  const limit = sample?.memoryLimitBytes ?? null;
  return (
    <>
      <Fact name="CPU">
        <span className="tabular">{formatCpu(sample?.cpuCores ?? null)}</span>{" "}
        <span className="text-meta text-muted">100 % = one core</span>
      </Fact>
      <Fact name="Memory">
        <span className="tabular">{formatBytes(sample?.memoryUsedBytes ?? null)}</span>{" "}
        {limit === null ? null : <span className="text-meta text-muted">of {formatBytes(limit)}</span>}
      </Fact>
      <Fact name="Sample">
        {/* Two lines of room, whatever it is. */}
        <span className="tabular block min-h-10 text-muted">{words}</span>
      </Fact>
    </>
  );
};

import type { ContainerId } from "@yardarm/protocol/ids";
import { useEffect, useEffectEvent, useState } from "react";
import { getHistogram, getLogRange } from "../../api/stored-logs.ts";
import { nsToMs } from "../../format/time.ts";
import { useLive } from "../../live/live-context.tsx";
import { type CountQuery, type StoredCount, StoredCounting } from "./stored-count.ts";

export type UsedCount = {
  readonly count: StoredCount;
  readonly further: () => void;
};

const since = async (containerId: ContainerId, signal: AbortSignal): Promise<number | null> =>
  nsToMs((await getLogRange(containerId, signal)).sinceNs);

/** Counts while mounted; another `key` begins anew with the query as it is then. `null` counts nothing. */
export const useStoredCount = (key: string, query: CountQuery | null): UsedCount => {
  const live = useLive();
  const [, setVersion] = useState(0);
  const [counting] = useState(
    () =>
      new StoredCounting({
        count: getHistogram,
        since,
        now: () => live.hubNow(),
        onChange: () => setVersion((version) => version + 1),
      }),
  );
  const begin = useEffectEvent(() => counting.begin(query));
  const isAsked = query !== null;
  useEffect(() => {
    if (isAsked) begin();
    else counting.begin(null);
    return () => counting.stop();
  }, [counting, key, isAsked]);
  return { count: counting.state(), further: () => counting.further() };
};

import { useQuery } from "@tanstack/react-query";
import { getContext } from "../../../api/log-calls.ts";
import { useLive } from "../../../live/live-context.tsx";
import type { LineAddress } from "../../log/line-address.ts";
import { contextOf, LINES_AROUND, type LineContext, mayBeStored } from "./line-context.ts";

/** A line that was just written is stored a moment later. */
const AGAIN_MS = 1_000;

export type UsedContext = {
  readonly context: LineContext | undefined;
  readonly error: Error | null;
  /** Nothing more is expected by itself. */
  readonly isOver: boolean;
  readonly again: () => void;
};

/** Stored lines around a line, asked for once for all that show them, and again until the line itself is stored. */
export const useLineContext = ({ containerId, seq, atMs }: LineAddress): UsedContext => {
  const live = useLive();
  const { data, error, refetch } = useQuery({
    queryKey: ["lines around", containerId, seq],
    queryFn: async ({ signal }) => contextOf((await getContext(containerId, seq, LINES_AROUND, signal)).items, seq),
    refetchInterval: ({ state }) => (mayBeStored(state.data, atMs, live.hubNow()) ? AGAIN_MS : false),
    refetchOnWindowFocus: false,
  });
  return {
    context: data,
    error,
    isOver: error !== null || (data !== undefined && !mayBeStored(data, atMs, live.hubNow())),
    again: () => void refetch(),
  };
};

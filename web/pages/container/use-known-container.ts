import { useQuery } from "@tanstack/react-query";
import type { Container } from "@yardarm/protocol/container";
import type { ErrorCode } from "@yardarm/protocol/errors";
import { asId, type ContainerId } from "@yardarm/protocol/ids";
import { useState } from "react";
import { ApiError } from "../../api/http.ts";
import { containerQuery } from "../../api/queries.ts";
import { useContainer, useInventory } from "../../live/live-context.tsx";

export type KnownContainer =
  | { readonly status: "loading" }
  | { readonly status: "known"; readonly container: Container }
  /** There is none, or this person may not see it. */
  | { readonly status: "unknown" }
  | { readonly status: "failed"; readonly error: unknown; readonly retry: () => void };

/** What the hub answers where there is nothing to see. */
const NOTHING_THERE: readonly (ErrorCode | null)[] = ["not_found", "forbidden", "invalid_request"];

/**
 * A container of the fleet, or one that went so long ago that the fleet does not show it any more: as long as lines of its log are
 * stored, the hub is asked for it. `null` is none.
 */
export const useKnownContainer = (containerId: ContainerId | null): KnownContainer => {
  const askedId = containerId ?? asId<ContainerId>("");
  const live = useContainer(askedId);
  const isLoading = useInventory().status === "loading";
  // One that leaves the fleet while it is looked at stays on screen until the hub has answered.
  const [seen, setSeen] = useState(live);
  if (live !== undefined && live !== seen) setSeen(live);
  const isAsked = containerId !== null && live === undefined && !isLoading;
  const { data, error, refetch } = useQuery({ ...containerQuery(askedId), enabled: isAsked });
  if (live !== undefined) return { status: "known", container: live };
  if (!isAsked) return { status: containerId === null ? "unknown" : "loading" };
  if (error instanceof ApiError && NOTHING_THERE.includes(error.code)) return { status: "unknown" };
  const container = data ?? (seen?.containerId === containerId ? seen : undefined);
  if (container !== undefined) return { status: "known", container };
  return error === null ? { status: "loading" } : { status: "failed", error, retry: () => void refetch() };
};

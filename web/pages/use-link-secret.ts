import { rootRouteId, useRouteContext } from "@tanstack/react-router";
import type { LinkSecret } from "./link-secret.ts";

/** The secret of the link that opened this page; `null` when the page was opened otherwise, or loaded again since. */
export const useLinkSecret = (path: LinkSecret["path"]): string | null => {
  const { linkSecret } = useRouteContext({ from: rootRouteId });
  return linkSecret?.path === path ? linkSecret.secret : null;
};

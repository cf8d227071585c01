import { type LogParams, readLogParams } from "../log/log-address.ts";

/** The container page's view as its address says it: the tab where there is no room for everything, and what the log shows. */

const CONTAINER_TABS = ["logs", "metrics", "details", "actions"] as const;
export type ContainerTab = (typeof CONTAINER_TABS)[number];
export type ContainerSearch = LogParams & { readonly tab?: ContainerTab };

export const readContainerSearch = (raw: Readonly<Record<string, unknown>>): ContainerSearch => {
  const tab = CONTAINER_TABS.find((candidate) => candidate === raw.tab);
  return { ...(tab === undefined || tab === "logs" ? {} : { tab }), ...readLogParams(raw) };
};

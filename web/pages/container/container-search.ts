/** The container page's view as its address says it. The log's own parameters are added beside `tab` by the log view. */

const CONTAINER_TABS = ["logs", "metrics", "details", "actions"] as const;
export type ContainerTab = (typeof CONTAINER_TABS)[number];
export type ContainerSearch = { readonly tab?: ContainerTab };

export const readContainerSearch = (raw: Readonly<Record<string, unknown>>): ContainerSearch => {
  const tab = CONTAINER_TABS.find((candidate) => candidate === raw.tab);
  return tab === undefined || tab === "logs" ? {} : { tab };
};

/** The host page's view as its address says it. */

const HOST_TABS = ["containers", "logs", "policy", "agent"] as const;
type HostTab = (typeof HOST_TABS)[number];
export type HostSearch = { readonly tab?: HostTab };

export const readHostSearch = (raw: Readonly<Record<string, unknown>>): HostSearch => {
  const tab = HOST_TABS.find((candidate) => candidate === raw.tab);
  return tab === undefined || tab === "containers" ? {} : { tab };
};

import type { ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { containerLook } from "../../format/state-look.ts";
import type { ThemeChoice } from "../../ui/theme/theme.ts";
import { type ActionVerdict, VERB_WORDS } from "../container/action-verdict.ts";
import { containerPath, hostPath, PATHS } from "../paths.ts";
import { SECTIONS } from "../shell/sections.tsx";
import { scoreItem } from "./rank.ts";

/** What the palette offers. What cannot be done now stays in the list and says why. */

export type PaletteRun =
  | { readonly kind: "go"; readonly to: string; readonly search: Readonly<Record<string, string>> }
  | { readonly kind: "act"; readonly verb: ActionVerb; readonly container: Container }
  | { readonly kind: "theme"; readonly choice: ThemeChoice }
  | { readonly kind: "keys" };

export type PaletteItem = {
  readonly id: string;
  readonly title: string;
  readonly beside: string;
  /** The key that does the same. */
  readonly keys: string | null;
  readonly disabledReason: string | null;
  readonly run: PaletteRun;
};

export type PaletteGroup = { readonly title: string; readonly items: readonly PaletteItem[] };

export type PaletteFacts = {
  readonly hosts: readonly Host[];
  readonly containers: readonly Container[];
  /** What the page that is open is about. */
  readonly container: Container | undefined;
  readonly host: Host | undefined;
  readonly judge: (verb: ActionVerb) => ActionVerdict;
};

const go = (to: string, search: Readonly<Record<string, string>> = {}): PaletteRun => ({ kind: "go", to, search });

type Offer = Pick<PaletteItem, "id" | "title" | "run"> & Partial<PaletteItem>;
const item = (offer: Offer): PaletteItem => ({ beside: "", keys: null, disabledReason: null, ...offer });

const VERBS: readonly ActionVerb[] = ["RESTART", "START", "STOP", "PAUSE", "UNPAUSE", "KILL"];

const containerActions = ({ container, judge }: PaletteFacts): readonly PaletteItem[] => {
  if (container === undefined) return [];
  const page = containerPath(container.hostId, container.containerId);
  const verbs = VERBS.filter((verb) => verb !== (container.state === "paused" ? "PAUSE" : "UNPAUSE"));
  const actions = verbs.map((verb) => {
    const verdict = judge(verb);
    return item({
      id: `act ${verb}`,
      title: `${VERB_WORDS[verb].verb} ${container.name}`,
      disabledReason: verdict.allowed ? null : verdict.reason,
      run: { kind: "act", verb, container },
    });
  });
  return [
    // What can be done comes first: Enter takes the first one.
    ...actions.toSorted((one, other) => Number(one.disabledReason !== null) - Number(other.disabledReason !== null)),
    item({ id: "metrics", title: `Metrics of ${container.name}`, run: go(page, { tab: "metrics" }) }),
    item({ id: "details", title: `Details of ${container.name}`, run: go(page, { tab: "details" }) }),
    ...(container.compose === null
      ? []
      : [
          item({
            id: "project logs",
            title: `Logs of ${container.compose.project}, all its containers`,
            run: go(PATHS.logs, { compose: container.compose.project }),
          }),
        ]),
  ];
};

const hostActions = ({ host, container }: PaletteFacts): readonly PaletteItem[] => {
  if (host === undefined) return [];
  return [
    ...(container === undefined
      ? []
      : [item({ id: "host", title: `Open host ${host.name}`, run: go(hostPath(host.hostId)) })]),
    item({
      id: "host logs",
      title: `Logs of ${host.name}, all its containers`,
      run: go(PATHS.logs, { host: host.hostId }),
    }),
    item({ id: "host agent", title: `Agent of ${host.name}`, run: go(hostPath(host.hostId), { tab: "agent" }) }),
  ];
};

const pages = (): readonly PaletteItem[] => [
  ...SECTIONS.map(({ to, label, keys }) => item({ id: `page ${to}`, title: label, keys, run: go(to) })),
  item({ id: "page profile", title: "Profile and sessions", beside: "Settings", run: go(PATHS.profile) }),
  item({ id: "page hosts", title: "Hosts: add one, see their agents", beside: "Settings", run: go(PATHS.hosts) }),
];

const settings = (): readonly PaletteItem[] => [
  item({ id: "theme light", title: "Theme: light", run: { kind: "theme", choice: "light" } }),
  item({ id: "theme dark", title: "Theme: dark", run: { kind: "theme", choice: "dark" } }),
  item({ id: "theme system", title: "Theme: like the device", run: { kind: "theme", choice: "system" } }),
  item({ id: "keys", title: "Keyboard: all keys", keys: "?", run: { kind: "keys" } }),
];

const hostItems = ({ hosts }: PaletteFacts): readonly PaletteItem[] =>
  hosts.map((host) =>
    item({
      id: host.hostId,
      title: host.name,
      beside: host.status === "online" ? "" : host.status,
      run: go(hostPath(host.hostId)),
    }),
  );

const containerItems = ({ hosts, containers }: PaletteFacts): readonly PaletteItem[] => {
  const names = new Map(hosts.map((host) => [host.hostId, host.name]));
  return containers.map((container) =>
    item({
      id: container.containerId,
      title: container.name,
      beside: [names.get(container.hostId) ?? "", container.state === "running" ? "" : containerLook(container).word]
        .filter((word) => word !== "")
        .join(" · "),
      run: go(containerPath(container.hostId, container.containerId)),
    }),
  );
};

/** Everything there is, in the order in which it is offered while nothing is typed. */
export const makeGroups = (facts: PaletteFacts): readonly PaletteGroup[] => [
  {
    title: facts.container === undefined ? "This host" : "This container",
    items: [...containerActions(facts), ...hostActions(facts)],
  },
  { title: "Pages", items: pages() },
  { title: "Containers", items: containerItems(facts) },
  { title: "Hosts", items: hostItems(facts) },
  { title: "Settings", items: settings() },
];

const SHOWN = 8;

/** The best of each group; groups in the order of their best, and as they are while nothing is typed. */
export const findItems = (groups: readonly PaletteGroup[], query: string): readonly PaletteGroup[] => {
  const wanted = query.trim();
  if (wanted === "") return shown(groups.map(({ title, items }) => ({ title, items: items.slice(0, SHOWN) })));
  const ranked = groups.map(({ title, items }) => {
    const best = items
      .map((candidate) => ({ candidate, score: scoreItem(wanted, candidate) }))
      .filter((entry): entry is { candidate: PaletteItem; score: number } => entry.score !== null)
      .toSorted((one, other) => other.score - one.score || (one.candidate.title < other.candidate.title ? -1 : 1))
      .slice(0, SHOWN);
    return { title, score: best[0]?.score ?? 0, items: best.map(({ candidate }) => candidate) };
  });
  return shown(ranked.toSorted((one, other) => other.score - one.score));
};

const shown = (groups: readonly PaletteGroup[]): readonly PaletteGroup[] =>
  groups.filter(({ items }) => items.length > 0);

import { getRouteApi, useRouter } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { useCallback, useMemo, useState } from "react";
import { formatPlural } from "../../format/percent.ts";
import { useInventory } from "../../live/live-context.tsx";
import { Button } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../ui/Skeleton.tsx";
import { Tabs } from "../../ui/Tabs.tsx";
import { type LogParams, readLogParams } from "../log/log-address.ts";
import { useLogAddress } from "../log/use-log-address.ts";
import { PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";
import { useTitle } from "../use-title.ts";
import {
  EVERYTHING,
  isNothing,
  type LogSelection,
  NOTHING,
  queryOf,
  type Selected,
  type SelectionQuery,
  select,
} from "./log-selection.ts";
import {
  type LogsSearch,
  readSelection,
  withoutLogParams,
  withoutSelection,
  withoutStored,
  writeSelection,
} from "./logs-address.ts";
import { MergedLog } from "./MergedLog.tsx";
import { SavedViews } from "./SavedViews.tsx";
import { SourceColours } from "./source-colours.ts";
import { SourcePicker } from "./SourcePicker.tsx";
import { StoredLines } from "./StoredLines.tsx";
import type { StoredRange } from "./stored-range.ts";
import { useMergedSession } from "./use-merged-session.ts";

const route = getRouteApi("/signed-in/logs");

const NO_HOSTS: ReadonlyMap<HostId, Host> = new Map();
const NO_CONTAINERS: ReadonlyMap<ContainerId, Container> = new Map();

/** Logs of many containers: followed as one stream, or searched in what is stored. */
export const LogsPage = () => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const inventory = useInventory();
  const me = useMe();
  useTitle("Logs");
  const selectionKey = JSON.stringify(readSelection(search));
  const selection = useMemo(() => JSON.parse(selectionKey) as LogSelection, [selectionKey]);
  const isKnown = inventory.status === "known";
  const containers = isKnown ? inventory.containers : NO_CONTAINERS;
  const hosts = isKnown ? inventory.hosts : NO_HOSTS;
  const selected = useMemo(() => select(containers.values(), selection), [containers, selection]);
  const [colours] = useState(() => new SourceColours());
  const mayRead = me.permissions.includes("logs.read");

  const router = useRouter();
  const go = useCallback(
    (change: (former: LogsSearch) => LogsSearch, isReplacing = false): void => {
      // What is written a moment later must not call back somebody who is on the way to another page.
      if (isReplacing && router.latestLocation.pathname !== PATHS.logs) return;
      void navigate({ search: change, replace: isReplacing });
    },
    [navigate, router],
  );
  const choose = (next: LogSelection): void =>
    go((former) => ({ ...withoutSelection(former), ...writeSelection(next) }));
  const setLine = useCallback(
    (line: string | null): void => go(({ line: _former, ...rest }) => (line === null ? rest : { ...rest, line }), true),
    [go],
  );
  const showStored = useCallback(
    ({ fromMs, toMs }: StoredRange): void =>
      go((former) => ({
        ...withoutStored(former),
        ...(former.levels === undefined ? {} : { levels: former.levels }),
        tab: "stored",
        ...(fromMs === undefined ? {} : { from: Math.round(fromMs) }),
        ...(toMs === undefined ? {} : { to: Math.round(toMs) }),
      })),
    [go],
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <h1 className="only-read-aloud">Logs</h1>
      <div className="flex shrink-0 items-start gap-2 px-3 py-0.5 phone:py-2">
        <SourcePicker inventory={inventory} selection={selection} onChange={choose} />
        <SavedViews search={search} />
      </div>
      {mayRead ? (
        <Tabs
          label="Logs"
          value={search.tab ?? "live"}
          onChange={(tab) => go(({ tab: _former, ...rest }) => (tab === "stored" ? { ...rest, tab } : rest))}
          tabs={[
            {
              value: "live",
              label: "Live",
              content: (
                <LiveTab
                  key={selectionKey}
                  search={search}
                  selectionKey={selectionKey}
                  isNothing={isNothing(selection)}
                  isKnown={isKnown}
                  selected={selected}
                  query={queryOf(selection)}
                  containers={containers}
                  hosts={hosts}
                  colours={colours}
                  onEverything={() => choose(EVERYTHING)}
                  onNothing={() => choose(NOTHING)}
                  onStored={showStored}
                  onParams={(params) => go((former) => ({ ...withoutLogParams(former), ...params }), true)}
                />
              ),
            },
            {
              value: "stored",
              label: "Stored lines",
              content: (
                <StoredLines
                  searched={isNothing(selection) ? null : selected.searched}
                  query={queryOf(selection)}
                  selectionKey={selectionKey}
                  isKnown={isKnown}
                  containers={containers}
                  hosts={hosts}
                  search={search}
                  colours={colours}
                  onSearch={(params) => go((former) => ({ ...withoutStored(former), ...params }))}
                  onLine={setLine}
                />
              ),
            },
          ]}
        />
      ) : (
        <EmptyState title="You may not read logs.">Ask an owner or admin of the organization.</EmptyState>
      )}
    </div>
  );
};

type LiveTabProps = {
  readonly search: LogsSearch;
  readonly selectionKey: string;
  readonly isNothing: boolean;
  readonly isKnown: boolean;
  readonly selected: Selected;
  readonly query: SelectionQuery | null;
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly hosts: ReadonlyMap<HostId, Host>;
  readonly colours: SourceColours;
  readonly onEverything: () => void;
  readonly onNothing: () => void;
  readonly onStored: (range: StoredRange) => void;
  readonly onParams: (params: LogParams) => void;
};

const LiveTab = (props: LiveTabProps) => {
  const { search, selected, containers, hosts } = props;
  const session = useMergedSession(props.selectionKey, { containers: selected.followed, hosts });
  const [address, onAddress] = useLogAddress(readLogParams(search), props.onParams);
  if (!props.isKnown) return <SkeletonRows rows={8} label="Loading the fleet" />;
  if (props.isNothing) {
    return (
      <EmptyState
        title="Choose whose logs to follow."
        action={<Button onClick={props.onEverything}>Follow all containers</Button>}
      >
        Hosts, compose projects, containers, labels or parts of names: everything that matches is followed in one
        stream, also what comes later.
      </EmptyState>
    );
  }
  if (selected.fitting.length === 0) {
    const removed = selected.searched.length;
    return (
      <EmptyState title="No container matches." action={<Button onClick={props.onNothing}>Choose others</Button>}>
        One that is started later joins by itself.
        {removed === 0
          ? ""
          : ` Lines of ${formatPlural(removed, "removed container")} can be searched under Stored lines.`}
      </EmptyState>
    );
  }
  if (session === null) return <div className="yd-dark flex-1 bg-log" />;
  return (
    <MergedLog
      session={session}
      containers={containers}
      hosts={hosts}
      fittingCount={selected.fitting.length}
      colours={props.colours}
      address={address}
      onAddress={onAddress}
      onStored={props.onStored}
      searched={selected.searched}
      query={props.query}
    />
  );
};

import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from "react";
import type { MergedSession } from "../../../live/merged-session.ts";
import type { Column } from "../../log/columns/columns.ts";
import { readLineAddress, writeLineAddress } from "../../log/line-address.ts";
import type { LogCommands } from "../../log/log-commands.ts";
import { OpenPanel } from "./OpenPanel.tsx";
import { lineOfChunk, type PanelLine } from "./panel-line.ts";

export type LivePanelProps = {
  readonly session: MergedSession;
  /** The line that is open, by its place in the view. */
  readonly place: number | null;
  readonly commands: LogCommands;
  readonly columns: readonly Column[];
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly hosts: ReadonlyMap<HostId, Host>;
  /** The line that the address names. */
  readonly line: string | null;
  readonly onLine: (line: string | null) => void;
};

/**
 * The panel of the live view. Which line is open stands in the address; a page that opens with one shows it at once, whether the view
 * holds it or not.
 */
export const LivePanel = (props: LivePanelProps) => {
  const { session, place, commands, columns, containers, hosts, line, onLine } = props;
  const [named, setNamed] = useState(() => readLineAddress(line));
  const [chosen, setChosen] = useState<{ readonly place: number; readonly line: PanelLine } | null>(null);
  // A line keeps its text when it leaves the view.
  const held = place === null ? null : place === chosen?.place ? chosen.line : lineAt(session, place, containers);
  useEffect(() => setChosen(place === null || held === null ? null : { place, line: held }), [place, held]);
  const bare = useMemo((): PanelLine | null => (named === null ? null : { address: named, text: null }), [named]);
  const open = held ?? bare;
  const text = open === null ? null : writeLineAddress(open.address);
  const write = useEffectEvent((next: string | null) => {
    if (next !== line) onLine(next);
  });
  useEffect(() => write(text), [text]);
  const isHeld = held !== null;
  useEffect(() => {
    if (isHeld) setNamed(null);
  }, [isHeld]);
  useRevealed(isHeld ? place : null, commands);
  // The same functions in every frame: the panel is drawn anew only when its line is another.
  const close = useCallback((): void => {
    setNamed(null);
    commands.closeDetails();
  }, [commands]);
  const focusBack = useCallback(() => commands.elements.pane, [commands]);
  useEscape(!isHeld && open !== null, close, commands);
  const choice = useMemo(() => ({ columns, toggle: (key: string) => commands.toggleColumn(key) }), [columns, commands]);
  if (open === null) return null;
  return (
    <OpenPanel
      line={open}
      containers={containers}
      hosts={hosts}
      actions={commands}
      choice={choice}
      onClose={close}
      focusBack={focusBack}
    />
  );
};

const lineAt = (
  session: MergedSession,
  place: number,
  containers: ReadonlyMap<ContainerId, Container>,
): PanelLine | null => {
  const chunk = session.store.chunkOf(place);
  if (chunk === undefined) return null;
  const { containerId, seq } = session.originAt(place);
  const container = containers.get(containerId);
  return container === undefined ? null : lineOfChunk(container, { seq, chunk, index: place - chunk.firstSeq });
};

/** The panel takes room from the lines: the one that was opened is brought back into view where it was covered. */
const useRevealed = (place: number | null, commands: LogCommands): void => {
  const isOpen = place !== null;
  const reveal = useEffectEvent(() => {
    const { pane, list } = commands.elements;
    if (place === null || pane === null) return;
    const row = list?.querySelector(`[data-seq="${place}"]`)?.getBoundingClientRect();
    const box = pane.getBoundingClientRect();
    if (row === undefined || row.top < box.top || row.bottom > box.bottom) commands.goToLine(place);
  });
  useEffect(() => {
    if (!isOpen) return;
    // The frame after the panel has taken its room, in which the lines are drawn for what is left.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => reveal());
    });
    return () => cancelAnimationFrame(frame);
  }, [isOpen]);
};

/** A line that only the address names is no layer of the log view: its Escape is heard here, before that of the lines. */
const useEscape = (isOn: boolean, close: () => void, commands: LogCommands): void => {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const isOurs = event.target === document.body || event.target === commands.elements.pane;
    if (event.key !== "Escape" || event.defaultPrevented || !isOurs) return;
    event.preventDefault();
    close();
  });
  useEffect(() => {
    if (!isOn) return;
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    addEventListener("keydown", listener, { capture: true });
    return () => removeEventListener("keydown", listener, { capture: true });
  }, [isOn]);
};

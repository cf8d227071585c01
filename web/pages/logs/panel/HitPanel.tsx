import type { LogHit } from "@yardarm/protocol/api/logs";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { useMemo } from "react";
import type { ValueActions } from "../../log/details/LineFields.tsx";
import { readLineAddress } from "../../log/line-address.ts";
import { writeClipboard } from "../../log/write-out.ts";
import { OpenPanel } from "./OpenPanel.tsx";
import { lineOfHit, type PanelLine } from "./panel-line.ts";

export type HitPanelProps = {
  /** The hit that is open; `undefined` for a line that only the address names, and for none. */
  readonly hit: LogHit | undefined;
  readonly line: string | null;
  readonly containers: ReadonlyMap<ContainerId, Container>;
  readonly hosts: ReadonlyMap<HostId, Host>;
  /** Searches for this text instead. */
  readonly onFind: (text: string) => void;
  readonly onClose: () => void;
  readonly focusBack: () => HTMLElement | null;
};

/** The panel of the stored lines: the line that the address names, among the hits or not. */
export const HitPanel = ({ hit, line, containers, hosts, onFind, onClose, focusBack }: HitPanelProps) => {
  const open = useMemo((): PanelLine | null => {
    if (hit !== undefined) return lineOfHit(hit);
    const address = readLineAddress(line);
    return address === null ? null : { address, text: null };
  }, [hit, line]);
  if (open === null) return null;
  const actions: ValueActions = {
    filterBy: onFind,
    exclude: () => {},
    copyText: (text) => void writeClipboard(text),
    noExcluding: "Stored lines are searched for what they hold; lines can be left out in the live view.",
  };
  return (
    <OpenPanel
      line={open}
      containers={containers}
      hosts={hosts}
      actions={actions}
      onClose={onClose}
      focusBack={focusBack}
    />
  );
};

import { useCallback, useEffect, useState } from "react";
import type { LogElements } from "../log-elements.ts";
import type { LogRowList } from "../rows/row-list.ts";
import { type SelectedText, selectedText } from "./text-selection.ts";

/** The two rows in which a selection begins and ends: drawn also when they are not on screen, or it would be lost. */
export const useSelectedRows = (elements: LogElements, rows: LogRowList): (() => readonly number[]) => {
  const [selected, setSelected] = useState<SelectedText | null>(null);
  useEffect(() => {
    const onChange = (): void => {
      const { pane } = elements;
      if (pane !== null) setSelected((former) => sameOr(former, selectedText(pane)));
    };
    document.addEventListener("selectionchange", onChange);
    return () => document.removeEventListener("selectionchange", onChange);
  }, [elements]);
  return useCallback(() => {
    if (selected === null) return [];
    return [selected.anchor.seq, selected.focus.seq].filter((seq) => rows.shows(seq)).map((seq) => rows.rowOf(seq));
  }, [rows, selected]);
};

/** Only which lines are meant matters here; a change of offset draws nothing anew. */
const sameOr = (former: SelectedText | null, next: SelectedText | null): SelectedText | null =>
  former?.anchor.seq === next?.anchor.seq && former?.focus.seq === next?.focus.seq ? former : next;

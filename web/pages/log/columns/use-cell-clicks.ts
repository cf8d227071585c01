import { useEffect, useEffectEvent } from "react";
import { fieldAt, fieldText, structureOf } from "../../../workers/line-shape.ts";
import { fieldFragment } from "../details/field-fragment.ts";
import type { LogCommands } from "../log-commands.ts";
import type { LineAt } from "../rows/copy-lines.ts";
import type { Column } from "./columns.ts";

/** A click on a value filters to it, with Alt it leaves such lines out, as in the line's details; any other click is the row's. */
export const useCellClicks = (commands: LogCommands, lineAt: LineAt, columns: readonly Column[]): void => {
  const onClick = useEffectEvent((event: MouseEvent): void => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>(".yd-cell") : null;
    const seq = cell?.closest<HTMLElement>(".yd-row")?.dataset.seq;
    const column = columns[Number(cell?.dataset.column)];
    // Whoever selects text ends with a click, too.
    if (seq === undefined || column === undefined || document.getSelection()?.isCollapsed === false) return;
    const line = lineAt(Number(seq));
    if (line === null) return;
    const [text, shape] = [line.chunk.lineText(line.index), line.chunk.shape(line.index)];
    const structure = structureOf(text, shape);
    const value = structure === null ? undefined : fieldAt(structure, column.key);
    if (value === undefined || fieldText(value) === "") return;
    event.stopPropagation();
    if (event.altKey) commands.exclude(fieldFragment(text, shape, column.key, value));
    else commands.filterBy(fieldText(value));
  });
  const hasColumns = columns.length > 0;
  useEffect(() => {
    const { pane } = commands.elements;
    if (pane === null || !hasColumns) return;
    const clicked = (event: MouseEvent): void => onClick(event);
    pane.addEventListener("click", clicked, { capture: true });
    return () => pane.removeEventListener("click", clicked, { capture: true });
  }, [commands, hasColumns]);
};

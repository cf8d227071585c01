import type { TextPoint } from "../rows/copy-lines.ts";

/** Where the browser's selection begins and ends, in terms of lines. */

export type SelectedText = { readonly anchor: TextPoint; readonly focus: TextPoint };

/** `null` when nothing is selected, or an end lies outside the lines of `pane`. */
export const selectedText = (pane: HTMLElement): SelectedText | null => {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed) return null;
  const anchor = pointAt(pane, selection.anchorNode, selection.anchorOffset);
  const focus = pointAt(pane, selection.focusNode, selection.focusOffset);
  return anchor === null || focus === null ? null : { anchor, focus };
};

const pointAt = (pane: HTMLElement, node: Node | null, offset: number): TextPoint | null => {
  if (node === null || !pane.contains(node)) return null;
  const element = node instanceof Element ? node : node.parentElement;
  const row = element?.closest<HTMLElement>("[data-seq]");
  if (row === null || row === undefined) return null;
  const seq = Number(row.dataset.seq);
  const text = row.querySelector(".yd-text");
  if (text === null) return null;
  // What is shown of a structured line is not what is written: such a line is taken whole.
  if (row.dataset.structured !== undefined) return { seq, offset: null };
  const before = document.createRange();
  before.selectNodeContents(text);
  const order = before.comparePoint(node, offset);
  if (order < 0) return { seq, offset: 0 };
  // Behind the text there may be more of it than is drawn.
  if (order > 0) return { seq, offset: Number.POSITIVE_INFINITY };
  before.setEnd(node, offset);
  const isWhole = before.toString().length === text.textContent.length;
  return { seq, offset: isWhole ? Number.POSITIVE_INFINITY : before.toString().length };
};

import { levelName } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_STDERR, FLAG_TRUNCATED, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { formatBytes } from "../../../format/bytes.ts";
import { formatPlural } from "../../../format/percent.ts";
import type { FetchState } from "../../../live/log-fetcher.ts";
import { SHAPE_TEXT, type StructuredLine, structureOf } from "../../../workers/line-shape.ts";
import type { LineMatcher } from "../../../workers/pattern.ts";
import type { ColumnsLook } from "../columns/columns.ts";
import type { LineRow, LogRow } from "../rows/row-list.ts";
import { lineTokens } from "./line-tokens.ts";
import { clearedNote, holeNote, lossNote, type Note } from "./notes.ts";
import { RowCells } from "./row-cells.ts";
import { fill, setData, setFlag, setText, span } from "./row-dom.ts";
import { markTokens } from "./search-highlight.ts";
import { structuredTokens } from "./structured-tokens.ts";
import "./line.css";

/**
 * One row as elements, which are filled again and again instead of being made anew: in a burst every row of the screen
 * changes with every frame. Whatever comes from a log becomes a text node, or a checked http(s) address.
 */

/** Of longer lines only this much is drawn until somebody asks for all of it. */
const SHOWN_BYTES = 8 * 1024;

/** Where a line of a merged view comes from. `colour` is one of the sixteen of the theme. */
export type SourceMark = {
  /** As far as there is room for it. */
  readonly text: string;
  readonly whole: string;
  readonly colour: string;
};

/** How all rows look; another object means that every row has to be filled again. */
export type RowLook = {
  readonly showsStream: boolean;
  /** Structured lines as message and fields. */
  readonly showsFields: boolean;
  /** Fields beside the message; `null`: none have been chosen. */
  readonly columns: ColumnsLook | null;
  /** Marks matches inside the text, where the browser cannot highlight by itself. */
  readonly marked: LineMatcher | null;
  readonly fetchState: FetchState;
  readonly clearedAtMs: number;
  readonly sourceOf: ((seq: number) => SourceMark | null) | null;
};

export type RowState = {
  readonly stamp: string | null;
  readonly isCurrent: boolean;
  readonly isSelected: boolean;
  readonly isPulsing: boolean;
  readonly isExpanded: boolean;
  readonly isWrapped: boolean;
};

const button = (action: string, text: string): HTMLButtonElement => {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "yd-more";
  element.dataset.do = action;
  element.tabIndex = -1;
  element.textContent = text;
  return element;
};

export class RowElement {
  readonly element: HTMLDivElement = document.createElement("div");
  /** The key of the row that it shows. */
  key = Number.NaN;
  readonly #gutter = span("yd-gutter");
  readonly #stamp = span("yd-stamp");
  readonly #level = span("yd-level");
  readonly #stream = span("yd-stream");
  readonly #source = span("yd-source");
  readonly #body = span("yd-body");
  readonly #text = span("yd-text");
  /** Made with the first row that shows columns. */
  #cells: RowCells | null = null;
  #chunk: LineRow["chunk"] | null = null;
  #index = -1;
  #look: RowLook | null = null;
  #signature = "";
  #isLine = false;

  constructor() {
    this.element.className = "yd-row";
    this.#gutter.append(this.#stamp, this.#level, this.#stream);
    this.#body.append(this.#text);
  }

  /** What the line says, where matches are marked. */
  get texts(): readonly HTMLElement[] {
    if (!this.#isLine) return [];
    return this.#cells === null ? [this.#text] : [this.#text, ...this.#cells.cells];
  }

  /** Somebody points at a part of it, of which the whole is said then: sixty times a second it would be too dear. */
  explain(target: Element): void {
    if (this.#chunk === null) return;
    if (target === this.#stamp) this.#stamp.title = rfc3339FromNs(this.#chunk.stampNs(this.#index));
    else this.#cells?.explain(target, this.#look?.columns?.keys ?? []);
  }

  /** Shows the row at its place; what is shown already is not touched. */
  show(
    row: LogRow,
    key: number,
    place: { readonly index: number; readonly top: number },
    state: RowState,
    look: RowLook,
  ): void {
    const { element } = this;
    this.key = key;
    const top = `${place.top}px`;
    if (element.style.top !== top) element.style.top = top;
    setFlag(element, "data-wrapped", state.isWrapped);
    setFlag(element, "data-fixed", !state.isWrapped);
    setFlag(element, "data-current", state.isCurrent);
    if (state.isCurrent !== element.hasAttribute("aria-current")) {
      if (state.isCurrent) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
    setFlag(element, "data-selected", state.isSelected);
    setFlag(element, "data-pulse", state.isPulsing);
    if (row.kind === "line") this.#showLine(row, state, look);
    else this.#showNote(row, place.index, look);
  }

  #showLine(row: LineRow, { stamp, isExpanded }: RowState, look: RowLook): void {
    const { chunk, index, continuations, isFolded } = row;
    if (this.#isLine && stamp !== null) setText(this.#stamp, `${stamp} `);
    const signature = `${stamp === null} ${isExpanded} ${continuations} ${isFolded}`;
    const isSame = this.#isLine && chunk === this.#chunk && index === this.#index && look === this.#look;
    if (isSame && signature === this.#signature) return;
    if (!this.#isLine) this.element.replaceChildren(this.#gutter, this.#body);
    this.#isLine = true;
    this.#chunk = chunk;
    this.#index = index;
    this.#look = look;
    this.#signature = signature;
    const flags = chunk.flags(index);
    setData(this.element, "seq", `${row.seq}`);
    setData(this.element, "row", null);
    setData(this.element, "loss", null);
    setFlag(this.element, "data-continued", (flags & FLAG_CONTINUATION) !== 0);
    this.#showGutter(row, flags, stamp, look);
    this.#showText(row, flags, isExpanded, look);
  }

  #showGutter({ seq }: LineRow, flags: number, stamp: string | null, look: RowLook): void {
    const level = levelName(levelOfFlags(flags));
    const isStderr = (flags & FLAG_STDERR) !== 0;
    this.#stamp.hidden = stamp === null;
    if (stamp !== null) {
      setText(this.#stamp, `${stamp} `);
      this.#stamp.removeAttribute("title");
    }
    setData(this.#level, "level", level);
    if (this.#level.title !== level) this.#level.title = level;
    // Columns are made of characters of one width: boxes would cost a burst its frames.
    setText(this.#level, level === "unknown" ? "  " : `${level.charAt(0).toUpperCase()} `);
    this.#stream.hidden = !look.showsStream;
    if (look.showsStream) {
      setText(this.#stream, isStderr ? "err " : "out ");
      this.#stream.title = isStderr ? "stderr" : "stdout";
    }
    const source = look.sourceOf?.(seq) ?? null;
    if (source === null) this.#source.remove();
    else {
      if (this.#source.parentNode === null) this.#gutter.prepend(this.#source);
      setText(this.#source, source.text);
      this.#source.title = source.whole;
      this.#source.style.color = `var(--yd-ansi-${source.colour})`;
    }
  }

  #showText(row: LineRow, flags: number, isExpanded: boolean, look: RowLook): void {
    const { chunk, index } = row;
    const length = chunk.lineLength(index);
    const isCut = length > SHOWN_BYTES && !isExpanded;
    const text = chunk.lineText(index, isCut ? SHOWN_BYTES : length);
    const line = structureFor(row, look, text);
    const isAsWritten = !look.showsFields || (isCut && look.columns !== null);
    const structured = line === null || isAsWritten ? null : structuredTokens(line, look.columns);
    this.#showCells(line, look);
    setFlag(this.element, "data-structured", structured !== null || (line !== null && look.columns !== null));
    fill(this.#text, markTokens(structured ?? lineTokens(text), look.marked));
    const extras: Node[] = [];
    if (isCut && structured === null) extras.push(button("expand", `show all ${formatBytes(length)}`));
    if ((flags & FLAG_TRUNCATED) !== 0 && !isCut) {
      const note = span("yd-more");
      note.textContent = `cut: ${formatBytes(length)} of ${formatBytes(chunk.originalLength(index))}`;
      extras.push(note);
    }
    if (row.continuations > 0 && row.isFolded)
      extras.push(button("unfold", `+ ${formatPlural(row.continuations, "line")}`));
    else if (row.continuations > 0) extras.push(button("fold", "fold"));
    if (extras.length > 0 || this.#body.childNodes.length > 1) this.#body.replaceChildren(this.#text, ...extras);
  }

  #showCells(line: StructuredLine | null, { columns, marked }: RowLook): void {
    if (columns === null || columns.areFolded) {
      if (this.#cells === null) return;
      this.#cells = null;
      this.element.replaceChildren(this.#gutter, this.#body);
    } else {
      this.#cells ??= new RowCells();
      this.#cells.show(line, columns.keys, marked);
      this.#cells.placeBefore(this.#body);
    }
    setFlag(this.element, "data-columns", this.#cells !== null);
  }

  #showNote(row: NoteRow, index: number, look: RowLook): void {
    this.#isLine = false;
    this.#chunk = null;
    setData(this.element, "row", `${index}`);
    setData(this.element, "seq", null);
    setData(this.element, "loss", row.kind === "loss" ? `${row.seq}` : null);
    setFlag(this.element, "data-continued", false);
    setFlag(this.element, "data-structured", false);
    setFlag(this.element, "data-columns", false);
    const note = noteOf(row, look);
    const signature = JSON.stringify(note);
    if (signature === this.#signature) return;
    this.#signature = signature;
    const element = span("yd-note");
    element.dataset.tone = note.tone;
    element.append(`┄┄ ${note.text}`);
    // Where lines do not wrap, it may be longer than there is room.
    element.title = note.text;
    if (note.action !== null) {
      const act = button(note.action.name, note.action.text);
      act.tabIndex = 0;
      if (row.kind === "marker") act.dataset.marker = `${row.marker.id}`;
      element.append(act);
    }
    this.element.replaceChildren(element);
  }
}

/** Columns are read from the whole line, however little of it is drawn. */
const structureFor = ({ chunk, index }: LineRow, look: RowLook, text: string): StructuredLine | null => {
  const shape = chunk.shape(index);
  if (shape === SHAPE_TEXT || (!look.showsFields && look.columns === null)) return null;
  return structureOf(look.columns === null ? text : chunk.lineText(index), shape);
};

type NoteRow = Exclude<LogRow, LineRow>;

const noteOf = (row: NoteRow, { fetchState, clearedAtMs }: RowLook): Note => {
  switch (row.kind) {
    case "cleared":
      return clearedNote(clearedAtMs);
    case "hole":
      return holeNote(row.hole, fetchState);
    case "loss":
      return lossNote(row.chunk.lineBytes(row.index));
    case "marker": {
      const { text, action } = row.marker;
      return { tone: "plain", text, action: action === null ? null : { name: "marker", text: action } };
    }
  }
};

import { type LevelMask, type LevelName, maskOfLevels, parseLevelName } from "@yardarm/protocol/log/level";
import { ChosenSwitches, type Search } from "./bar/search.ts";
import { type Column, toggled } from "./columns/columns.ts";
import { countFields, type FieldCounts } from "./columns/field-counts.ts";
import { nextStampStyle, type StampStyle } from "./line/stamps.ts";
import type { LogAddress } from "./log-address.ts";
import type { LogElements } from "./log-elements.ts";
import type { LogPreferences } from "./log-preferences.ts";
import type { LogReader } from "./log-reader.ts";
import type { LineAction } from "./pane/LogPane.tsx";
import type { PaneScroll } from "./pane/pane-scroll.ts";
import { selectedText } from "./pane/text-selection.ts";
import {
  chosenLines,
  type LineAt,
  linesAsJson,
  linesAsNdjson,
  linesAsText,
  plainLine,
  textBetween,
} from "./rows/copy-lines.ts";
import type { CurrentRows } from "./rows/current-rows.ts";
import type { MarkList } from "./rows/marks.ts";
import type { Reading, ReadingEvent } from "./rows/reading.ts";
import type { LogRowList } from "./rows/row-list.ts";
import { extendTo, type LineSelection, NOTHING_SELECTED, selectLine, toggleLine } from "./rows/selection.ts";
import type { AddressChange } from "./use-log-address.ts";
import { type LogViewState, WITHOUT_FILTERS } from "./use-log-view-state.ts";
import { saveText, writeClipboard } from "./write-out.ts";

// More than 250 lines: one method per button and key, a few lines each; splitting them would hide what exists.

/** What the view is made of at the moment. */
export type CommandParts = {
  readonly reader: LogReader;
  readonly current: CurrentRows;
  readonly lineAt: LineAt;
  readonly reading: Reading;
  readonly dispatch: (event: ReadingEvent) => void;
  readonly view: LogViewState;
  readonly address: LogAddress;
  readonly onAddress: AddressChange;
  readonly preferences: LogPreferences;
  readonly onPreference: (changes: Partial<LogPreferences>) => void;
  /** The whole address of a page that opens at this line; `null` where there is none. */
  readonly linkOf: (seq: number) => string | null;
  /** For file names: no path, no surprises. */
  readonly fileName: string;
};

export type Direction = "forward" | "backward";

/**
 * What buttons and keys of the log do. One object for the life of the view, so that what holds it need not be drawn anew
 * with every frame of lines; it acts on the parts that were drawn last, and on the rows of this moment. Above 300 lines because it is the one list of what can be done,
 * a few lines each.
 */
export class LogCommands {
  readonly elements: LogElements;
  readonly #scroll: PaneScroll;
  readonly #switches = new ChosenSwitches();
  #parts: CommandParts;

  constructor(elements: LogElements, scroll: PaneScroll, parts: CommandParts) {
    this.elements = elements;
    this.#scroll = scroll;
    this.#parts = parts;
  }

  update(parts: CommandParts): void {
    this.#parts = parts;
  }

  get #rows(): LogRowList {
    return this.#parts.current.now();
  }

  // --- searching and filtering

  /** False when the field has the focus already. */
  focusSearch(): boolean {
    const { field } = this.elements;
    if (document.activeElement === field) return false;
    field?.focus();
    field?.select();
    return true;
  }

  focusLines(): void {
    this.elements.pane?.focus();
  }

  search(changes: Partial<Search>): void {
    const { address, onAddress } = this.#parts;
    onAddress({ search: this.#switches.change(address.search, { ...address.search, ...changes }) });
  }

  /** Only lines that hold this text, exactly. */
  filterBy(text: string): void {
    const { address, onAddress } = this.#parts;
    onAddress({ search: this.#switches.filterBy(address.search, text) });
  }

  /** No lines that hold this text. */
  exclude(text: string): void {
    const { excludes } = this.#parts.address.search;
    if (!excludes.includes(text)) this.search({ excludes: [...excludes, text] });
  }

  include(text: string): void {
    this.search({ excludes: this.#parts.address.search.excludes.filter((excluded) => excluded !== text) });
  }

  setLevels(levelMask: LevelMask): void {
    this.#parts.onAddress({ levelMask });
  }

  toggleLevels(names: readonly LevelName[]): void {
    const { address, onAddress } = this.#parts;
    onAddress({ levelMask: address.levelMask ^ maskOfLevels(names.map((name) => parseLevelName(name) ?? 0)) });
  }

  clearFilters(): void {
    const { address, onAddress } = this.#parts;
    const { levelMask, ...search } = WITHOUT_FILTERS;
    onAddress({ levelMask, search: this.#switches.change(address.search, { ...address.search, ...search }) });
  }

  /** The line's surroundings: filters go, the line stays where it is and pulses once. */
  showContext(): void {
    const { view } = this.#parts;
    const rows = this.#rows;
    const seq = view.currentSeq;
    if (seq === null || !rows.shows(seq)) {
      view.say("Choose a line first, then see what is around it.");
      return;
    }
    const offsetPx = this.#offsetOf(seq);
    this.clearFilters();
    this.#leaveEnd();
    if (offsetPx === null) this.#scroll.jumpTo(seq, this.#viewportPx);
    else this.#scroll.hold(seq, offsetPx);
    view.change({ pulseSeq: seq });
  }

  // --- going through the log

  goToMatch(direction: Direction): void {
    this.#goToMark(this.#rows.matches(), "match", direction);
  }

  goToError(direction: Direction): void {
    this.#goToMark(this.#rows.errors(), "error", direction);
  }

  /** To a line that is held, which pulses once. False when it has no row. */
  goToLine(seq: number): boolean {
    const { view } = this.#parts;
    const rows = this.#rows;
    const head = rows.headOf(seq);
    if (!rows.shows(head)) return false;
    this.#unfold(head, seq);
    this.#scroll.jumpTo(seq, this.#viewportPx);
    this.#leaveEnd();
    view.change({ currentSeq: seq, pulseSeq: seq });
    return true;
  }

  /** The row below or above; the first one is where somebody looks. */
  moveLine(direction: Direction, isSelecting = false): void {
    const { view } = this.#parts;
    const rows = this.#rows;
    const row = this.#nextLineRow(direction);
    if (row === null) {
      if (direction === "forward") this.goToEnd();
      return;
    }
    const seq = rows.keyAt(row);
    const { selection, openSeq } = view;
    if (direction === "backward") this.#leaveEnd();
    const anchored = selection.anchorSeq === null ? { ...selection, anchorSeq: view.currentSeq ?? seq } : selection;
    view.change({
      currentSeq: seq,
      ...(isSelecting ? { selection: extendTo(anchored, seq) } : {}),
      ...(openSeq === null ? {} : { openSeq: seq }),
    });
    this.#reveal(seq);
    view.say(this.#unread(row));
  }

  /** To the oldest line held. */
  goToStart(): void {
    const rows = this.#rows;
    const row = rows.rowOf(Number.MIN_SAFE_INTEGER);
    if (row < 0) return;
    this.#scroll.jumpToStart(rows.keyAt(row));
    this.#leaveEnd();
  }

  goToEnd(): void {
    this.#parts.dispatch({ type: "wentToEnd" });
  }

  follow(follow: boolean): void {
    if (follow) this.goToEnd();
    else this.#leaveEnd();
  }

  togglePause(): void {
    const { reading, dispatch, reader } = this.#parts;
    dispatch(
      reading.status === "paused" ? { type: "resumed" } : { type: "paused", endSeq: reader.endSeq, nowMs: Date.now() },
    );
  }

  // --- the view

  clear(): void {
    const { view, reader } = this.#parts;
    view.change({ cleared: { seq: reader.endSeq, atMs: Date.now() }, selection: NOTHING_SELECTED, openSeq: null });
  }

  prefer(changes: Partial<LogPreferences>): void {
    this.#parts.onPreference(changes);
  }

  toggleWrap(): void {
    const { address, preferences, onPreference, onAddress } = this.#parts;
    const isWrapped = !(address.isWrapped ?? preferences.isWrapped);
    onPreference({ isWrapped });
    onAddress({ isWrapped });
  }

  setStamps(stamps: StampStyle): void {
    this.#parts.onPreference({ stamps });
    this.#parts.onAddress({ stamps });
  }

  nextStamps(): void {
    const { address, preferences, view } = this.#parts;
    const next = nextStampStyle(address.stamps ?? preferences.stamps);
    this.setStamps(next);
    view.say(`Timestamps: ${next}.`);
  }

  /** Shows the field in a column of its own, or no longer. */
  toggleColumn(key: string): void {
    const { address, view } = this.#parts;
    const columns = toggled(address.columns, key);
    if (columns === address.columns) return;
    this.setColumns(columns);
    view.say(columns.length > address.columns.length ? `Column ${key}.` : `No column ${key} any more.`);
  }

  setColumns(columns: readonly Column[]): void {
    this.#parts.onAddress({ columns });
  }

  /** Which fields the newest of the lines shown have. */
  countFields(): FieldCounts {
    return countFields(this.#rows);
  }

  /** Closes one layer: the details, the selection, the search. False when there is none. */
  escape(): boolean {
    const { view, address } = this.#parts;
    if (view.openSeq !== null) view.change({ openSeq: null });
    else if (view.selection.ranges.length > 0) view.change({ selection: NOTHING_SELECTED });
    else if (address.search.text !== "") this.search({ text: "" });
    else return false;
    return true;
  }

  // --- single lines

  /** What a click on a line asks for. */
  onLine(action: LineAction, seq: number): void {
    const { view } = this.#parts;
    const { selection, expanded } = view;
    switch (action) {
      case "choose":
        view.change({ currentSeq: seq, pulseSeq: null, ...(view.openSeq === null ? {} : { openSeq: seq }) });
        return;
      case "open":
        view.change({ currentSeq: seq, openSeq: seq });
        return;
      case "openOrClose":
        view.change({ currentSeq: seq, pulseSeq: null, openSeq: view.openSeq === seq ? null : seq });
        return;
      case "expand":
        view.change({ expanded: new Set([...expanded, seq]) });
        return;
      case "fold":
      case "unfold":
        this.#setFolded(seq, action === "fold");
        return;
      case "select":
        view.change({ currentSeq: seq, selection: selectLine(selection, seq) });
        return;
      case "selectTo":
        view.change({ currentSeq: seq, selection: extendTo(selection, seq) });
        return;
      case "selectToo":
        view.change({ currentSeq: seq, selection: toggleLine(selection, seq) });
    }
  }

  /** Opens or closes the details of the current line. */
  toggleDetails(): void {
    const { view } = this.#parts;
    view.change({ openSeq: view.openSeq === null ? view.currentSeq : null });
  }

  closeDetails(): void {
    this.#parts.view.change({ openSeq: null });
    this.focusLines();
  }

  clearSelection(): void {
    this.#parts.view.change({ selection: NOTHING_SELECTED });
  }

  // --- taking lines away

  /** The selected text, else the selected lines, else the current line. */
  copySelected(): void {
    const { view } = this.#parts;
    const rows = this.#rows;
    const selected = this.#selectedText();
    if (selected !== null) this.#copy(selected);
    else if (view.selection.ranges.length > 0) this.copyLines("text");
    else if (view.currentSeq !== null && rows.shows(view.currentSeq)) {
      this.#copy(plainLine(rows, rows.rowOf(view.currentSeq)) ?? "");
    } else view.say("Select lines, or click one, to copy it.");
  }

  copyLines(format: "text" | "json"): void {
    const lines = this.#chosen();
    this.#copy(format === "text" ? linesAsText(lines) : linesAsJson(lines));
  }

  copyText(text: string): void {
    this.#copy(text);
  }

  /** Saves the selected lines, or all that are shown, as a file. */
  saveLines(format: "text" | "ndjson"): void {
    const { fileName } = this.#parts;
    const lines = this.#chosen();
    const text = format === "text" ? linesAsText(lines) : linesAsNdjson(lines);
    saveText(`${text}\n`, `${fileName}.${format === "text" ? "log" : "ndjson"}`);
  }

  /** Copies the address of a page that opens at the current line, or at the first selected one. */
  copyLink(): void {
    const { view, linkOf } = this.#parts;
    const seq = view.selection.ranges[0]?.fromSeq ?? view.currentSeq;
    const link = seq === null ? null : linkOf(seq);
    if (link === null) view.say("Choose a line first, to copy a link to it.");
    else void writeClipboard(link, "Copied the link to the line.").then(view.say);
  }

  /** The browser is about to copy: it gets the text of the store instead of that of the few rows drawn. */
  onCopy(event: ClipboardEvent): void {
    const { selection } = this.#parts.view;
    const selected = this.#selectedText() ?? (selection.ranges.length > 0 ? linesAsText(this.#chosen()) : null);
    if (selected === null || event.clipboardData === null) return;
    event.clipboardData.setData("text/plain", selected);
    event.preventDefault();
  }

  #copy(text: string): void {
    void writeClipboard(text).then(this.#parts.view.say);
  }

  #chosen(): ReturnType<typeof chosenLines> {
    const { lineAt, view } = this.#parts;
    const selection: LineSelection | null = view.selection.ranges.length > 0 ? view.selection : null;
    return chosenLines(this.#rows, lineAt, selection);
  }

  #selectedText(): string | null {
    const { pane } = this.elements;
    const { lineAt } = this.#parts;
    const selected = pane === null ? null : selectedText(pane);
    return selected === null ? null : textBetween(this.#rows, lineAt, selected.anchor, selected.focus);
  }

  #goToMark(marks: MarkList, name: string, direction: Direction): void {
    const { view } = this.#parts;
    const rows = this.#rows;
    const { topSeq } = this.#scroll;
    // The first time from what is on screen, its first line included.
    const before = direction === "forward" && topSeq !== null ? topSeq - 1 : topSeq;
    const place = marks.next(view.currentSeq ?? before, direction);
    if (place === null) {
      view.say(`There is no ${name}.`);
      return;
    }
    this.#unfold(rows.headOf(place.seq), place.seq);
    this.#scroll.jumpTo(place.seq, this.#viewportPx);
    view.change({ currentSeq: place.seq, pulseSeq: null, ...(view.openSeq === null ? {} : { openSeq: place.seq }) });
    this.#leaveEnd();
    const unread = this.#unread(rows.rowOf(place.seq));
    view.say(`${name} ${place.position} of ${place.total}${unread === "" ? "" : `: ${unread}`}`);
  }

  /** What is to be said of a line that becomes the current one: nothing while the lines have the focus, which read it themselves. */
  #unread(row: number): string {
    return document.activeElement === this.elements.pane ? "" : (plainLine(this.#rows, row) ?? "");
  }

  #setFolded(seq: number, isFolded: boolean): void {
    const { view } = this.#parts;
    const unfolded = new Set(view.unfolded);
    if (isFolded) unfolded.delete(seq);
    else unfolded.add(seq);
    view.change({ unfolded });
  }

  #unfold(headSeq: number, seq: number): void {
    if (headSeq !== seq) this.#setFolded(headSeq, false);
  }

  #leaveEnd(): void {
    const { dispatch, reader } = this.#parts;
    dispatch({ type: "leftEnd", endSeq: reader.endSeq });
  }

  /** `null` beyond the ends. */
  #nextLineRow(direction: Direction): number | null {
    const { view } = this.#parts;
    const rows = this.#rows;
    const step = direction === "forward" ? 1 : -1;
    const isKnown = view.currentSeq !== null && rows.rowOf(view.currentSeq) >= 0;
    const start = isKnown ? rows.rowOf(view.currentSeq ?? 0) + step : this.#firstRowInView();
    for (let row = start; row >= 0 && row < rows.count; row += step) if (rows.at(row).kind === "line") return row;
    return null;
  }

  #firstRowInView(): number {
    const rows = this.#rows;
    const row = this.#scroll.topSeq === null ? rows.count - 1 : rows.rowOf(this.#scroll.topSeq);
    return Math.max(0, row);
  }

  get #viewportPx(): number {
    return this.elements.pane?.clientHeight ?? 0;
  }

  /** From the top of the viewport to the line, px; `null` when it is not in view. */
  #offsetOf(seq: number): number | null {
    const { pane, list } = this.elements;
    const row = list?.querySelector(`[data-seq="${seq}"]`);
    if (pane === null || row === null || row === undefined) return null;
    const offsetPx = row.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    return offsetPx < 0 || offsetPx > pane.clientHeight ? null : offsetPx;
  }

  /** Scrolls as little as needed. */
  #reveal(seq: number): void {
    const { pane, list } = this.elements;
    const row = list?.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (pane === null) return;
    if (row === null || row === undefined) {
      this.#scroll.jumpTo(seq, pane.clientHeight);
      this.#leaveEnd();
      return;
    }
    const top = row.offsetTop;
    if (top < pane.scrollTop) pane.scrollTop = top;
    else if (top + row.offsetHeight > pane.scrollTop + pane.clientHeight) {
      pane.scrollTop = top + row.offsetHeight - pane.clientHeight;
    }
  }
}

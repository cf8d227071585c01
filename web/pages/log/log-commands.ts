import { type LevelMask, type LevelName, maskOfLevels, parseLevelName } from "@yardarm/protocol/log/level";
import type { LogSession } from "../../live/log-session.ts";
import { nextStampStyle } from "./line/stamps.ts";
import type { LogElements } from "./log-elements.ts";
import type { LogPreferences } from "./log-preferences.ts";
import type { PaneScroll } from "./pane/pane-scroll.ts";
import { selectedText } from "./pane/text-selection.ts";
import { allText, plainLine, textBetween } from "./rows/copy-lines.ts";
import type { LogRows } from "./rows/log-rows.ts";
import { nextMark } from "./rows/marks.ts";
import type { Reading, ReadingEvent } from "./rows/reading.ts";
import type { LogViewState } from "./use-log-view-state.ts";

/** What the view is made of at the moment. */
export type CommandParts = {
  readonly session: LogSession;
  readonly rows: LogRows;
  readonly reading: Reading;
  readonly dispatch: (event: ReadingEvent) => void;
  readonly view: LogViewState;
  readonly preferences: LogPreferences;
  readonly onPreference: (changes: Partial<LogPreferences>) => void;
};

export type Direction = "forward" | "backward";

/**
 * What buttons and keys of the log do. One object for the life of the view, so that what holds it need not be drawn anew
 * with every frame of lines; it acts on the parts that were drawn last.
 */
export class LogCommands {
  readonly elements: LogElements;
  readonly #scroll: PaneScroll;
  #parts: CommandParts;

  constructor(elements: LogElements, scroll: PaneScroll, parts: CommandParts) {
    this.elements = elements;
    this.#scroll = scroll;
    this.#parts = parts;
  }

  update(parts: CommandParts): void {
    this.#parts = parts;
  }

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

  goToMatch(direction: Direction): void {
    this.#goToMark(this.#parts.rows.matchedSeqs(), "match", direction);
  }

  goToError(direction: Direction): void {
    this.#goToMark(this.#parts.rows.errorSeqs(), "error", direction);
  }

  /** To the oldest line held. */
  goToStart(): void {
    const { rows, session, dispatch } = this.#parts;
    const row = rows.rowOf(0);
    if (row < 0) return;
    this.#scroll.jumpToStart(rows.keyAt(row), row);
    dispatch({ type: "leftEnd", endSeq: session.store.endSeq });
  }

  goToEnd(): void {
    this.#parts.dispatch({ type: "wentToEnd" });
  }

  follow(follow: boolean): void {
    const { dispatch, session } = this.#parts;
    dispatch(follow ? { type: "wentToEnd" } : { type: "leftEnd", endSeq: session.store.endSeq });
  }

  togglePause(): void {
    const { reading, dispatch, session } = this.#parts;
    const { endSeq } = session.store;
    dispatch(reading.status === "paused" ? { type: "resumed" } : { type: "paused", endSeq, nowMs: Date.now() });
  }

  clear(): void {
    const { view, session } = this.#parts;
    view.setCleared({ seq: session.store.endSeq, atMs: Date.now() });
  }

  setLevels(mask: LevelMask): void {
    this.#parts.view.setLevelMask(mask);
  }

  toggleLevels(names: readonly LevelName[]): void {
    const { view } = this.#parts;
    view.setLevelMask(view.levelMask ^ maskOfLevels(names.map((name) => parseLevelName(name) ?? 0)));
  }

  prefer(changes: Partial<LogPreferences>): void {
    this.#parts.onPreference(changes);
  }

  toggleWrap(): void {
    const { preferences, onPreference } = this.#parts;
    onPreference({ isWrapped: !preferences.isWrapped });
  }

  nextStamps(): void {
    const { preferences, onPreference } = this.#parts;
    onPreference({ stamps: nextStampStyle(preferences.stamps) });
  }

  /** The selection, else the current line. */
  copySelected(): void {
    const { view, rows } = this.#parts;
    const selected = this.#selectedText();
    if (selected !== null) this.#copy(selected);
    else if (view.currentSeq !== null && rows.shows(view.currentSeq)) {
      this.#copy(plainLine(rows, rows.rowOf(view.currentSeq)) ?? "");
    } else view.say("Select lines, or click one, to copy it.");
  }

  copyAll(): void {
    this.#copy(allText(this.#parts.rows));
  }

  /** The browser is about to copy: it gets the text of the store instead of that of the few rows drawn. */
  onCopy(event: ClipboardEvent): void {
    const selected = this.#selectedText();
    if (selected === null || event.clipboardData === null) return;
    event.clipboardData.setData("text/plain", selected);
    event.preventDefault();
  }

  #selectedText(): string | null {
    const { pane } = this.elements;
    const selected = pane === null ? null : selectedText(pane);
    return selected === null ? null : textBetween(this.#parts.rows, selected.anchor, selected.focus);
  }

  #goToMark(seqs: readonly number[], name: string, direction: Direction): void {
    const { rows, session, dispatch, view } = this.#parts;
    const { topSeq } = this.#scroll;
    // The first time from what is on screen, its first line included.
    const before = direction === "forward" && topSeq !== null ? topSeq - 1 : topSeq;
    const place = nextMark(seqs, view.currentSeq ?? before, direction);
    if (place === null) {
      view.say(`There is no ${name}.`);
      return;
    }
    this.#scroll.jumpTo(place.seq, this.elements.pane?.clientHeight ?? 0);
    view.setCurrentSeq(place.seq);
    dispatch({ type: "leftEnd", endSeq: session.store.endSeq });
    view.say(`${name} ${place.position} of ${place.total}: ${plainLine(rows, rows.rowOf(place.seq)) ?? ""}`);
  }

  #copy(text: string): void {
    void writeClipboard(text).then(this.#parts.view.say);
  }
}

const writeClipboard = async (text: string): Promise<string> => {
  try {
    await navigator.clipboard.writeText(text);
    const lines = text.split("\n").length;
    return lines === 1 ? "Copied the line." : `Copied ${lines} lines.`;
  } catch {
    // Browsers refuse it on plain http.
    return "The browser does not allow copying here: press Ctrl C instead.";
  }
};

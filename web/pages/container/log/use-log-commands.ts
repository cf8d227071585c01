import { type LevelName, parseLevelName } from "@yardarm/protocol/log/level";
import type { Dispatch } from "react";
import type { LogSession } from "../../../live/log-session.ts";
import { allText, plainLine, textBetween } from "./copy-lines.ts";
import type { LogElements } from "./log-elements.ts";
import type { LogPreferences } from "./log-preferences.ts";
import type { LogRows } from "./log-rows.ts";
import { nextMark } from "./marks.ts";
import type { PaneScroll } from "./pane-scroll.ts";
import type { Reading, ReadingEvent } from "./reading.ts";
import { nextStampStyle } from "./stamps.ts";
import { selectedText } from "./text-selection.ts";
import type { LogViewState } from "./use-log-view-state.ts";

/** What buttons and keys of the log do. */

export type LogCommands = {
  /** False when the field has the focus already. */
  readonly focusSearch: () => boolean;
  readonly focusLines: () => void;
  readonly goToMatch: (direction: "forward" | "backward") => void;
  readonly goToError: (direction: "forward" | "backward") => void;
  readonly goToStart: () => void;
  readonly goToEnd: () => void;
  readonly follow: (follow: boolean) => void;
  readonly togglePause: () => void;
  readonly clear: () => void;
  readonly clearFilters: () => void;
  readonly toggleWrap: () => void;
  readonly nextStamps: () => void;
  readonly toggleLevels: (names: readonly LevelName[]) => void;
  /** The selection, else the current line. */
  readonly copySelected: () => void;
  readonly copyAll: () => void;
  readonly onCopy: (event: ClipboardEvent) => void;
};

export type CommandParts = {
  readonly session: LogSession;
  readonly rows: LogRows;
  readonly scroll: PaneScroll;
  readonly elements: LogElements;
  readonly reading: Reading;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly view: LogViewState;
  readonly preferences: LogPreferences;
  readonly onPreference: (changes: Partial<LogPreferences>) => void;
};

export const makeLogCommands = (parts: CommandParts): LogCommands => {
  const { session, rows, scroll, elements, reading, dispatch, view, preferences, onPreference } = parts;
  const { endSeq } = session.store;
  const goTo = (seq: number): void => {
    scroll.jumpTo(seq, elements.pane?.clientHeight ?? 0);
    view.setCurrentSeq(seq);
    dispatch({ type: "leftEnd", endSeq });
  };
  const goToMark = (seqs: readonly number[], name: string, direction: "forward" | "backward"): void => {
    // The first time from what is on screen, its first line included.
    const before = direction === "forward" && scroll.topSeq !== null ? scroll.topSeq - 1 : scroll.topSeq;
    const place = nextMark(seqs, view.currentSeq ?? before, direction);
    if (place === null) {
      view.say(`There is no ${name}.`);
      return;
    }
    goTo(place.seq);
    view.say(`${name} ${place.position} of ${place.total}: ${plainLine(rows, rows.rowOf(place.seq)) ?? ""}`);
  };
  const copy = (text: string): void => void writeClipboard(text).then(view.say);
  return {
    focusSearch: () => {
      if (document.activeElement === elements.field) return false;
      elements.field?.focus();
      elements.field?.select();
      return true;
    },
    focusLines: () => elements.pane?.focus(),
    goToMatch: (direction) => goToMark(rows.matchedSeqs(), "match", direction),
    goToError: (direction) => goToMark(rows.errorSeqs(), "error", direction),
    goToStart: () => {
      const row = rows.rowOf(0);
      if (row < 0) return;
      scroll.jumpToStart(rows.keyAt(row), row);
      dispatch({ type: "leftEnd", endSeq });
    },
    goToEnd: () => dispatch({ type: "wentToEnd" }),
    follow: (follow) => dispatch(follow ? { type: "wentToEnd" } : { type: "leftEnd", endSeq }),
    togglePause: () =>
      dispatch(reading.status === "paused" ? { type: "resumed" } : { type: "paused", endSeq, nowMs: Date.now() }),
    clear: () => view.setCleared({ seq: endSeq, atMs: Date.now() }),
    clearFilters: view.clearFilters,
    toggleWrap: () => onPreference({ isWrapped: !preferences.isWrapped }),
    nextStamps: () => onPreference({ stamps: nextStampStyle(preferences.stamps) }),
    toggleLevels: (names) => view.toggleLevels(names.map((name) => parseLevelName(name) ?? 0)),
    copySelected: () => {
      const selected = elements.pane === null ? null : selectedText(elements.pane);
      if (selected !== null) copy(textBetween(rows, selected.anchor, selected.focus));
      else if (view.currentSeq !== null && rows.shows(view.currentSeq)) {
        copy(plainLine(rows, rows.rowOf(view.currentSeq)) ?? "");
      } else view.say("Select lines, or click one, to copy it.");
    },
    copyAll: () => copy(allText(rows)),
    onCopy: (event) => {
      const selected = elements.pane === null ? null : selectedText(elements.pane);
      if (selected === null || event.clipboardData === null) return;
      event.clipboardData.setData("text/plain", textBetween(rows, selected.anchor, selected.focus));
      event.preventDefault();
    },
  };
};

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

import { useEffect, useEffectEvent } from "react";
import { useHotkeys } from "../use-hotkeys.ts";
import type { LogCommands } from "./log-commands.ts";

/**
 * Keys of the log. Single ones rest inside fields and layers, and where somebody has switched them off; the space bar, Enter
 * and the arrows act only while the lines have the focus.
 */
export const useLogKeys = (commands: LogCommands): void => {
  useHotkeys({
    "/": () => void commands.focusSearch(),
    n: () => commands.goToMatch("forward"),
    N: () => commands.goToMatch("backward"),
    e: () => commands.goToError("forward"),
    E: () => commands.goToError("backward"),
    j: () => moveLine(commands, "forward"),
    k: () => moveLine(commands, "backward"),
    "g g": () => commands.goToStart(),
    G: () => commands.goToEnd(),
    End: () => commands.goToEnd(),
    w: () => commands.toggleWrap(),
    t: () => commands.nextStamps(),
    c: () => commands.copySelected(),
    x: () => commands.showContext(),
    y: () => commands.copyLink(),
    "1": () => commands.toggleLevels(["error", "fatal"]),
    "2": () => commands.toggleLevels(["warn"]),
    "3": () => commands.toggleLevels(["info"]),
    "4": () => commands.toggleLevels(["debug", "trace"]),
    "5": () => commands.toggleLevels(["unknown"]),
  });
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const withModifier = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (withModifier && !event.shiftKey && event.key.toLowerCase() === "f") {
      // The second time is the browser's own.
      if (commands.focusSearch()) event.preventDefault();
    } else if (withModifier && event.shiftKey && event.key.toLowerCase() === "l") {
      event.preventDefault();
      commands.clear();
    } else if (event.target === commands.elements.pane && !withModifier && !event.altKey) {
      if (onPaneKey(commands, event)) event.preventDefault();
    } else if (event.target === commands.elements.opener && event.key === "Escape") {
      if (commands.escape()) event.preventDefault();
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
};

/** Whoever goes through the lines while nothing has the focus means them with the next keys, too. */
const moveLine = (commands: LogCommands, direction: "forward" | "backward"): void => {
  if (document.activeElement === document.body) commands.focusLines();
  commands.moveLine(direction);
};

/** True when the key meant something. */
const onPaneKey = (commands: LogCommands, event: KeyboardEvent): boolean => {
  switch (event.key) {
    case " ":
      commands.togglePause();
      return true;
    case "Enter":
      commands.toggleDetails();
      return true;
    case "Escape":
      return commands.escape();
    case "Home":
      commands.goToStart();
      return true;
    case "ArrowDown":
    case "ArrowUp":
      if (!event.shiftKey) return false;
      commands.moveLine(event.key === "ArrowDown" ? "forward" : "backward", true);
      return true;
    default:
      return false;
  }
};

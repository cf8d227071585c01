import { useEffect, useEffectEvent } from "react";
import { useHotkeys } from "../use-hotkeys.ts";
import type { LogCommands } from "./log-commands.ts";

/** Keys of the log. Single ones rest inside fields and layers; the space bar acts only while the lines have the focus. */
export const useLogKeys = (commands: LogCommands): void => {
  useHotkeys({
    "/": () => void commands.focusSearch(),
    n: () => commands.goToMatch("forward"),
    N: () => commands.goToMatch("backward"),
    e: () => commands.goToError("forward"),
    E: () => commands.goToError("backward"),
    "g g": () => commands.goToStart(),
    G: () => commands.goToEnd(),
    End: () => commands.goToEnd(),
    w: () => commands.toggleWrap(),
    t: () => commands.nextStamps(),
    c: () => commands.copySelected(),
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
    } else if (event.key === " " && !withModifier && event.target === commands.elements.pane) {
      event.preventDefault();
      commands.togglePause();
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
};

import { useSyncExternalStore } from "react";
import { Listeners } from "./listeners.ts";

/** One clock tick per second for every age on screen; none while nobody looks. */

const listeners = new Listeners();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

const tick = (): void => {
  if (document.visibilityState === "hidden") return;
  nowMs = Date.now();
  listeners.tell();
};

const subscribe = (listener: () => void): (() => void) => {
  const remove = listeners.add(listener);
  if (timer === null) {
    nowMs = Date.now();
    timer = setInterval(tick, 1_000);
    document.addEventListener("visibilitychange", tick);
  }
  return () => {
    remove();
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
    document.removeEventListener("visibilitychange", tick);
  };
};

/** This browser's time in milliseconds, renewed every second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs);

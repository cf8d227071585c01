import { useEffect, useRef, useState } from "react";

/** The value, but another one only every `everyMs` at most; the last one always comes. */
export const useCalm = <Value>(value: Value, everyMs: number): Value => {
  const [shown, setShown] = useState(value);
  const changedAtMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (Object.is(value, shown)) return;
    const change = (): void => {
      changedAtMs.current = performance.now();
      setShown(value);
    };
    const timer = setTimeout(change, Math.max(0, changedAtMs.current + everyMs - performance.now()));
    return () => clearTimeout(timer);
  }, [value, shown, everyMs]);
  return shown;
};

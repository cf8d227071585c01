import { useCallback, useLayoutEffect, useRef } from "react";

/** A function for the life of the view, which does what the last one given does. */
export const useStable = (run: (() => void) | undefined): (() => void) => {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback(() => latest.current?.(), []);
};

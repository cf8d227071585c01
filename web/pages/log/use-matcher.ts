import { useEffect, useMemo, useState } from "react";
import type { LogPattern } from "../../workers/log-messages.ts";
import { type CompileRegex, type LineMatcher, loadRegex, matcherOf } from "../../workers/pattern.ts";

/** The page's own matcher, which marks places in the rows drawn; lines are found by the worker. `null`: nothing to mark. */
export const useMatcher = ({ text, isCaseSensitive, isRegex }: LogPattern): LineMatcher | null => {
  const [regex, setRegex] = useState<CompileRegex | null>(null);
  const needsRegex = isRegex && text !== "" && regex === null;
  useEffect(() => {
    if (!needsRegex) return;
    let isWanted = true;
    loadRegex().then(
      (compile) => {
        if (isWanted) setRegex(() => compile);
      },
      // Without the engine the worker refuses the pattern and says so; there is nothing to mark.
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [needsRegex]);
  return useMemo(() => {
    if (text === "" || (isRegex && regex === null)) return null;
    try {
      return matcherOf({ text, isCaseSensitive, isRegex }, regex);
    } catch {
      return null;
    }
  }, [text, isCaseSensitive, isRegex, regex]);
};

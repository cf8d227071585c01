import { RE2JS } from "re2js";
import type { CompileRegex, Place } from "./pattern.ts";

/** Regular expressions in linear time, the same engine and syntax as the hub's search. A chunk of its own. */
export const compileRegex: CompileRegex = (text, isCaseSensitive) => {
  const regex = RE2JS.compile(text, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  return {
    matches: (line) => regex.matcher(line).find(),
    places: (line) => {
      const places: Place[] = [];
      const matcher = regex.matcher(line);
      while (matcher.find()) if (matcher.end() > matcher.start()) places.push([matcher.start(), matcher.end()]);
      return places;
    },
  };
};

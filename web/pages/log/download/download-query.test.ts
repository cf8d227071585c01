import { ERROR, maskOfLevels } from "@yardarm/protocol/log/level";
import { describe, expect, test } from "vitest";
import { PLAIN_ADDRESS } from "../log-address.ts";
import { type DownloadChoice, downloadQuery, shownFilter } from "./download-query.ts";

describe("[LOGS-06] a download", () => {
  const choice: DownloadChoice = { range: "all", typed: {}, format: "text", isFiltered: true };
  const search = { ...PLAIN_ADDRESS.search, text: "x+", isRegex: true, onlyMatches: true };
  const filter = shownFilter({ levelMask: maskOfLevels([ERROR]), search });

  test("asks for what is shown, unless everything is wanted", () => {
    const shown = { level: "error", q: "x+", regex: "true" };
    expect(downloadQuery(choice, filter)).toEqual({ since: "0", format: "text", ...shown });
    expect(downloadQuery({ ...choice, isFiltered: false, range: "1h" }, filter)).toEqual({
      since: "1h",
      format: "text",
    });
  });

  test("a search that only marks does not filter; a view that shows everything has no filter", () => {
    expect(shownFilter({ ...PLAIN_ADDRESS, search: { ...search, onlyMatches: false } })).toEqual({});
    expect(shownFilter(PLAIN_ADDRESS)).toEqual({});
    expect(shownFilter({ ...PLAIN_ADDRESS, search: { ...search, isCaseSensitive: true, isRegex: false } })).toEqual({
      q: "x+",
      case: "true",
    });
  });

  test("a range that is typed may be open at either end; what was typed counts only when it is chosen", () => {
    const rangeOf = (typed: DownloadChoice["typed"], range: DownloadChoice["range"] = "custom") => {
      const { since, until } = downloadQuery({ ...choice, range, typed }, {});
      return [since, until];
    };
    expect(rangeOf({ fromMs: 1_000, toMs: 2_000.4 })).toEqual(["1000000000", "2000000000"]);
    expect(rangeOf({ fromMs: 1_000 })).toEqual(["1000000000", undefined]);
    expect(rangeOf({ toMs: 2_000 })).toEqual(["0", "2000000000"]);
    expect(rangeOf({})).toEqual(["0", undefined]);
    expect(rangeOf({ fromMs: 1_000, toMs: 2_000 }, "24h")).toEqual(["24h", undefined]);
  });
});

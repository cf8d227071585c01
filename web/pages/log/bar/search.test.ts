import { describe, expect, test } from "vitest";
import { ChosenSwitches, NO_SEARCH, type Search } from "./search.ts";

const cleared = (search: Search): Search => ({ ...search, text: "" });

describe("[LOGS-05] a search that is cleared", () => {
  test("keeps the switches that somebody has turned", () => {
    const switches = new ChosenSwitches();
    const asked = { ...NO_SEARCH, text: "ready", onlyMatches: true };
    expect(switches.change(asked, cleared(asked))).toEqual({ ...NO_SEARCH, onlyMatches: true });
  });

  test("takes with it what a click on a value has turned by itself, after a second value as well", () => {
    const switches = new ChosenSwitches();
    const chosen = { ...NO_SEARCH, text: "re.dy", isRegex: true };
    const first = switches.filterBy(chosen, "412");
    expect(first).toEqual({ ...NO_SEARCH, text: "412", isCaseSensitive: true, onlyMatches: true });
    const second = switches.filterBy(first, "orders");
    expect(switches.change(second, cleared(second))).toEqual({ ...NO_SEARCH, isRegex: true });
  });

  test("leaves a switch that was turned after the click where it is", () => {
    const switches = new ChosenSwitches();
    const value = switches.filterBy(NO_SEARCH, "412");
    const turned = switches.change(value, { ...value, isCaseSensitive: false });
    expect(switches.change(turned, cleared(turned))).toEqual({ ...NO_SEARCH, onlyMatches: true });
  });

  test("another text is no end: the switches stay as they are", () => {
    const switches = new ChosenSwitches();
    const value = switches.filterBy(NO_SEARCH, "412");
    expect(switches.change(value, { ...value, text: "41" })).toEqual({ ...value, text: "41" });
  });
});

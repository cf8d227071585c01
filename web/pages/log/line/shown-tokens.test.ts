import { describe, expect, test } from "vitest";
import { textMatcher } from "../../../workers/pattern.ts";
import { shownTokens } from "./shown-tokens.ts";

const PAID = '{"level":"info","msg":"order paid","status":200,"client":{"ip":"10.0.0.7"}}';

const shown = (text: string, find = "", showsFields = true) => {
  const tokens = shownTokens(text, { showsFields, matcher: find === "" ? null : textMatcher(find, false) });
  const marked = tokens.filter(({ className }) => className?.includes("yd-match") === true);
  return { text: tokens.map((token) => token.text).join(""), marked: marked.map((token) => token.text).join("") };
};

describe("[LOGS-11] a line that was found", () => {
  test("is shown as message and fields, with the place marked also where it spans both", () => {
    expect(shown(PAID)).toEqual({ text: 'order paid status=200 client={"ip":"10.0.0.7"}', marked: "" });
    expect(shown(PAID, "ORDER")).toEqual({ text: 'order paid status=200 client={"ip":"10.0.0.7"}', marked: "order" });
    expect(shown(PAID, "paid status").marked).toBe("paid status");
  });

  test("is shown as it is written where only that shows what was found", () => {
    expect(shown(PAID, '"status":200')).toEqual({ text: PAID, marked: '"status":200' });
    expect(shown(PAID, "info")).toEqual({ text: PAID, marked: "info" });
    expect(shown(PAID, "nowhere").text).toBe(shown(PAID).text);
  });

  test("is shown as it is written for those who want that, and when it has no fields", () => {
    expect(shown(PAID, "order", false)).toEqual({ text: PAID, marked: "order" });
    expect(shown("plain words", "word")).toEqual({ text: "plain words", marked: "word" });
  });

  test("keeps its colours, and no escape sequence", () => {
    const [red] = shownTokens("\u001b[31mfailed\u001b[0m", { showsFields: true, matcher: null });
    expect(red).toEqual({ text: "failed", className: "yd-in-red" });
  });
});

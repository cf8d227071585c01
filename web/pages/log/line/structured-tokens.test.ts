import { decodeUtf8, encodeUtf8 } from "@yardarm/protocol/log/utf8";
import { describe, expect, test } from "vitest";
import { shapeOf, structureOf } from "../../../workers/line-shape.ts";
import type { ColumnsLook } from "../columns/columns.ts";
import { structuredTokens } from "./structured-tokens.ts";

const PAID = '{"level":"info","msg":"order paid","status":200,"client":{"ip":"10.0.0.7"},"ms":12}';
const BARE = '{"status":200,"ms":12}';

/** What the row of a structured line says; `null`: the line as it is written. */
const shown = (text: string, columns: ColumnsLook | null): string | null => {
  const line = structureOf(text, shapeOf(encodeUtf8(text), decodeUtf8));
  if (line === null) throw new Error("The line has no fields.");
  return (
    structuredTokens(line, columns)
      ?.map((token) => token.text)
      .join("") ?? null
  );
};

describe("[LOGS-13] a structured line on one row", () => {
  test("without columns: its message and all fields that the row does not show already", () => {
    expect(shown(PAID, null)).toBe('order paid status=200 client={"ip":"10.0.0.7"} ms=12');
    expect(shown(BARE, null)).toBe("status=200 ms=12");
  });

  test("beside columns: its message and what stands in no column, else the line as it is written", () => {
    const columns = { keys: ["status", "client.ip"], areFolded: false };
    expect(shown(PAID, columns)).toBe("order paid ms=12");
    expect(shown(BARE, columns)).toBe("ms=12");
    expect(shown(BARE, { keys: ["ms", "status"], areFolded: false })).toBeNull();
    expect(shown(PAID, { keys: ["other", "client.other"], areFolded: false })).toBe(shown(PAID, null));
  });

  test("what is inside of another field is taken out of it, and nothing else", () => {
    const nested = '{"msg":"hi","a":{"b":{"c":1,"d":2},"e":3},"a.b":{"c":4},"list":[5]}';
    const beside = (...keys: readonly string[]) => shown(nested, { keys, areFolded: false });
    expect(beside("a.b.c")).toBe('hi a={"b":{"d":2},"e":3} a.b={"c":4} list=[5]');
    expect(beside("a.b")).toBe('hi a={"b":{"c":1,"d":2},"e":3} list=[5]');
    expect(beside("a.e", "list.0", "list.length")).toBe('hi a={"b":{"c":1,"d":2}} a.b={"c":4} list=[5]');
  });

  test("without room for columns: the chosen fields first, in the order in which they were chosen", () => {
    const columns = { keys: ["client.ip", "status"], areFolded: true };
    expect(shown(PAID, columns)).toBe("order paid client.ip=10.0.0.7 status=200 ms=12");
    expect(shown(BARE, columns)).toBe("status=200 ms=12");
    expect(shown(BARE, { keys: ["other"], areFolded: true })).toBe("status=200 ms=12");
  });
});

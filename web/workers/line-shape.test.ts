import { decodeUtf8, encodeUtf8 } from "@yardarm/protocol/log/utf8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fieldAt,
  fieldText,
  SHAPE_JSON,
  SHAPE_KLOG,
  SHAPE_LOGFMT,
  SHAPE_TEXT,
  shapeOf,
  shownFields,
  structureOf,
} from "./line-shape.ts";

const shape = (text: string) => shapeOf(encodeUtf8(text), decodeUtf8);
const read = (text: string) => structureOf(text, shape(text));

describe("[LOGS-05] structured lines", () => {
  test("JSON: message and fields, whatever the message is called", () => {
    const text = '{"level":"error","msg":"payment failed","order":4711,"nested":{"a":[1,2]}}\r';
    expect(shape(text)).toBe(SHAPE_JSON);
    const line = read(text);
    expect(line?.message).toBe("payment failed");
    expect(line?.fields.map(({ key, value }) => `${key}=${fieldText(value)}`)).toEqual([
      "level=error",
      "order=4711",
      'nested={"a":[1,2]}',
    ]);
    expect(line === null ? [] : shownFields(line).map(({ key }) => key)).toEqual(["order", "nested"]);
  });

  test("logfmt: quoted values, and a message of its own", () => {
    const text = 'time="2026-01-02T03:04:05Z" level=info msg="it said \\"no\\"" took=12ms empty=';
    expect(shape(text)).toBe(SHAPE_LOGFMT);
    expect(read(text)?.message).toBe('it said "no"');
    expect(read(text)?.fields.map(({ key }) => key)).toEqual(["time", "level", "took", "empty"]);
  });

  test("klog: with and without pairs", () => {
    const plain = "W0102 03:04:05.678901       1 reflector.go:324] watch closed";
    expect(shape(plain)).toBe(SHAPE_KLOG);
    expect(read(plain)?.message).toBe("watch closed");
    const paired = 'I0102 03:04:05.678901       1 main.go:12] "Updated pod" pod="kube-system/dns" status="ready"';
    expect(read(paired)?.message).toBe("Updated pod");
    expect(read(paired)?.fields.map(({ key }) => key)).toEqual(["pod", "status", "source", "thread"]);
  });

  test("a field is found by its name, inside of others as well; never what only looks like one", () => {
    const textAt = (text: string, path: string): string | undefined => {
      const line = read(text);
      const value = line === null ? undefined : fieldAt(line, path);
      return value === undefined ? undefined : fieldText(value);
    };
    const json = '{"msg":"m","a":{"b":{"c":1},"b.c":2},"a.b":{"d":3},"list":[{"x":4}],"none":null,"__proto__":{"p":5}}';
    expect(textAt(json, "a.b.c")).toBe("2");
    expect(textAt(json, "a.b.d")).toBe("3");
    expect(textAt(json, "list.0.x")).toBe("4");
    expect(textAt(json, "none")).toBe("null");
    expect(textAt(json, "__proto__.p")).toBe("5");
    for (const other of ["b", "a.x", "a.b.c.d", "list.length", "constructor", "a.constructor", "", ".", "a..b"]) {
      expect(textAt(json, other), other).toBeUndefined();
    }
    expect(textAt("status=200 http.path=/a status=500", "http.path")).toBe("/a");
    expect(textAt("status=200 http.path=/a status=500", "status")).toBe("200");
  });

  test("text stays text", () => {
    for (const text of [
      "",
      "GET /a=b 200",
      "retrying with timeout=30s",
      "timeout=30s",
      "a=b then words c=d",
      "{not json}",
      "[1,2,3]",
      '{"cut":"of',
      "Info: all is well",
      "x".repeat(100_000),
    ]) {
      expect(shape(text), text.slice(0, 40)).toBe(SHAPE_TEXT);
    }
  });

  test("whatever bytes come, recognising and reading agree and never fail", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      '"',
      "=",
      "a",
      "msg",
      " ",
      "\\",
      ":",
      "1",
      "I0102 03:04:05.6 1 a.go:1] ",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join("");
        const found = shape(text);
        expect(structureOf(decodeUtf8(encodeUtf8(text)), found) === null).toBe(found === SHAPE_TEXT);
      }),
    );
  });
});

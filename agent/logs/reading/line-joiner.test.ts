import { LOG_LINE_BYTES } from "@yardarm/protocol/limits";
import { FLAG_CONTINUATION, FLAG_TRUNCATED, STDERR, STDOUT, type StreamNumber } from "@yardarm/protocol/log/line-flags";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineJoiner } from "./line-joiner.ts";

interface Line {
  readonly flags: number;
  readonly at: readonly [number, number];
  readonly text: string;
  readonly originalLength: number;
}

const collect = (limits?: ConstructorParameters<typeof LineJoiner>[1]) => {
  const lines: Line[] = [];
  const joiner = new LineJoiner(
    {
      line: (flags, tsSeconds, tsNanos, text, start, end, originalLength) => {
        const copy = Buffer.from(text.subarray(start, end));
        lines.push({ flags, at: [tsSeconds, tsNanos], text: copy.toString("latin1"), originalLength });
      },
    },
    limits,
  );
  /** Pushes a payload that stands inside a larger buffer, as sources have it. */
  const push = (stream: StreamNumber, at: readonly [number, number], payload: string): void => {
    const bytes = Buffer.from(`<<${payload}>>`, "latin1");
    joiner.push(stream, at[0], at[1], bytes, 2, bytes.length - 2);
  };
  return { lines, joiner, push };
};
const texts = (lines: readonly Line[]): string[] => lines.map((line) => line.text);
const FRAGMENT = 16 * 1024;

describe("[LOGS-02] line joiner", () => {
  test("a whole line goes through uncopied, without its line feed", () => {
    const payload = Buffer.from("hello\n");
    const seen: unknown[] = [];
    const joiner = new LineJoiner({ line: (...line) => seen.push(line) });
    joiner.push(STDERR, 7, 9, payload, 0, payload.length);
    expect(seen).toEqual([[STDERR, 7, 9, payload, 0, 5, 0]]);
    expect((seen[0] as unknown[])[3]).toBe(payload);
  });

  test("CRLF; progress bars with lone CR: one trailing CR is stripped, the others stay", () => {
    const { lines, push } = collect();
    push(STDOUT, [1, 0], "a\r\n");
    push(STDOUT, [1, 1], "10%\r20%\r\r\n");
    push(STDOUT, [1, 2], "\r\n");
    expect(texts(lines)).toEqual(["a", "10%\r20%\r", ""]);
  });

  test("empty lines are kept", () => {
    const { lines, push } = collect();
    for (const nanos of [0, 1, 2]) push(STDOUT, [1, nanos], "\n");
    expect(texts(lines)).toEqual(["", "", ""]);
  });

  test("line > 16 KiB; stderr frame between two stdout fragments: joined, each stream on its own", () => {
    const { lines, push } = collect();
    push(STDOUT, [1, 5], "a".repeat(FRAGMENT));
    push(STDERR, [1, 6], "oops\n");
    push(STDOUT, [1, 5], "b".repeat(FRAGMENT));
    push(STDOUT, [1, 5], "c\r\n");
    expect(texts(lines)).toEqual(["oops", `${"a".repeat(FRAGMENT)}${"b".repeat(FRAGMENT)}c`]);
    expect(lines[1]).toMatchObject({ flags: STDOUT, at: [1, 5], originalLength: 0 });
  });

  test("both streams may have open lines of the same stamp; they are never joined with each other", () => {
    const { lines, push } = collect();
    push(STDOUT, [1, 0], "out ");
    push(STDERR, [1, 0], "err ");
    push(STDOUT, [1, 0], "one\n");
    push(STDERR, [1, 0], "two\n");
    expect(lines.map(({ flags, text }) => [flags, text])).toEqual([
      [STDOUT, "out one"],
      [STDERR, "err two"],
    ]);
  });

  test("a CR cut from its line feed is stripped all the same", () => {
    const { lines, push } = collect();
    push(STDOUT, [1, 0], `${"a".repeat(FRAGMENT - 1)}\r`);
    push(STDOUT, [1, 0], "\n");
    expect(lines[0]?.text).toHaveLength(FRAGMENT - 1);
  });

  test("last line without newline at exit: emitted at the end of the stream, never joined to the next start's first line", () => {
    const { lines, joiner, push } = collect();
    push(STDOUT, [1, 0], "bye");
    joiner.end();
    push(STDOUT, [9, 0], "hello\n");
    expect(lines.map(({ at, text }) => [at[0], text])).toEqual([
      [1, "bye"],
      [9, "hello"],
    ]);
  });

  test("the same without an end being seen: another stamp of the same stream closes the open line", () => {
    const { lines, push } = collect();
    push(STDOUT, [1, 0], "bye");
    push(STDOUT, [1, 1], "hello\n");
    expect(texts(lines)).toEqual(["bye", "hello"]);
  });

  test("at the end, open lines of both streams come in the order of their stamps", () => {
    const { lines, joiner, push } = collect();
    push(STDOUT, [1, 8], "later");
    push(STDERR, [1, 7], "earlier");
    joiner.end();
    joiner.end();
    expect(texts(lines)).toEqual(["earlier", "later"]);
  });

  test("10 MB without a newline: cut at the limit, flagged, its length kept, in constant memory", () => {
    const { lines, joiner, push } = collect();
    const fragment = Buffer.alloc(FRAGMENT, "x");
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 640; index++) joiner.push(STDOUT, 1, 0, fragment, 0, FRAGMENT);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    push(STDOUT, [1, 0], "end\r\n");
    push(STDOUT, [1, 1], "next\n");
    expect(lines[0]).toMatchObject({ flags: FLAG_TRUNCATED, originalLength: 640 * FRAGMENT + 3 });
    expect(lines[0]?.text).toBe("x".repeat(LOG_LINE_BYTES));
    expect(lines[1]).toMatchObject({ flags: STDOUT, text: "next", originalLength: 0 });
  });

  test("a line of exactly the limit is whole, with CRLF too; one byte more is cut", () => {
    const { lines, push } = collect({ lineBytes: 10 });
    push(STDOUT, [1, 0], "0123456789\r\n");
    push(STDOUT, [1, 1], "01234");
    push(STDOUT, [1, 1], "56789\r\n");
    push(STDOUT, [1, 2], "0123456789a\n");
    push(STDOUT, [1, 3], "01234");
    push(STDOUT, [1, 3], "56789a\n");
    expect(lines.map(({ flags, text, originalLength }) => [flags, text, originalLength])).toEqual([
      [0, "0123456789", 0],
      [0, "0123456789", 0],
      [FLAG_TRUNCATED, "0123456789", 11],
      [FLAG_TRUNCATED, "0123456789", 11],
    ]);
  });

  test("a cut never splits a UTF-8 character", () => {
    const { lines, push } = collect({ lineBytes: 10 });
    const latin = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
    push(STDOUT, [1, 0], latin("12345678€€\n"));
    push(STDOUT, [1, 1], latin("1234567"));
    push(STDOUT, [1, 1], latin("€€\n"));
    push(STDOUT, [1, 2], "\x80".repeat(12));
    expect(lines.map(({ text }) => Buffer.from(text, "latin1").toString())).toEqual(["12345678", "1234567€"]);
  });

  test("character cut at 16 KiB: bytes are joined before anything decodes them", () => {
    const { lines, push } = collect();
    const bytes = Buffer.from(`${"a".repeat(FRAGMENT - 1)}é!`).toString("latin1");
    push(STDOUT, [1, 0], bytes.slice(0, FRAGMENT));
    push(STDOUT, [1, 0], `${bytes.slice(FRAGMENT)}\n`);
    expect(
      Buffer.from(lines[0]?.text ?? "", "latin1")
        .toString()
        .slice(-2),
    ).toBe("é!");
  });

  test("open line: closed once the container's log is 2 s further, its rest is a continuation", () => {
    const { lines, push, joiner } = collect();
    push(STDOUT, [10, 500_000_000], "half");
    push(STDERR, [12, 499_999_999], "not yet\n");
    expect(joiner.openLineSinceNs).toBe(10_500_000_000n);
    push(STDERR, [12, 500_000_000], "now\n");
    expect(joiner.openLineSinceNs).toBeUndefined();
    push(STDOUT, [10, 500_000_000], " a line\n");
    push(STDOUT, [13, 0], "whole\n");
    expect(lines.map(({ flags, text }) => [flags, text])).toEqual([
      [STDERR, "not yet"],
      [STDOUT, "half"],
      [STDERR, "now"],
      [STDOUT | FLAG_CONTINUATION, " a line"],
      [STDOUT, "whole"],
    ]);
  });

  test("the rest of a closed line may itself come in fragments", () => {
    const { lines, push } = collect();
    push(STDOUT, [1, 0], "a");
    push(STDERR, [9, 0], "x\n");
    push(STDOUT, [1, 0], "b");
    push(STDOUT, [1, 0], "c\n");
    push(STDOUT, [1, 0], "d\n");
    expect(lines.map(({ flags, text }) => [flags, text])).toEqual([
      [STDOUT, "a"],
      [STDERR, "x"],
      [STDOUT | FLAG_CONTINUATION, "bc"],
      [STDOUT, "d"],
    ]);
  });

  test("openLineSinceNs is the older of the two; reset forgets both", () => {
    const { lines, joiner, push } = collect();
    push(STDOUT, [5, 1], "a");
    push(STDERR, [4, 2], "b");
    expect(joiner.openLineSinceNs).toBe(4_000_000_002n);
    joiner.reset();
    expect(joiner.openLineSinceNs).toBeUndefined();
    joiner.end();
    expect(lines).toEqual([]);
  });

  test("equal timestamps: whole lines of one stamp stay lines of their own, in order", () => {
    const { lines, push } = collect();
    for (const text of ["a\n", "b\n", "c\n"]) push(STDOUT, [1, 0], text);
    expect(texts(lines)).toEqual(["a", "b", "c"]);
  });

  test("any lines, cut into fragments anywhere and interleaved over both streams, come out whole and in order per stream", () => {
    const line = fc.record({
      text: fc.string({ maxLength: 60, unit: fc.constantFrom("a", "b", " ", "\r", "\x80", "ÿ") }),
      cuts: fc.array(fc.nat(60), { maxLength: 4 }),
    });
    const streams = fc.tuple(fc.array(line, { maxLength: 15 }), fc.array(line, { maxLength: 15 }));
    fc.assert(
      fc.property(streams, fc.array(fc.boolean(), { maxLength: 150 }), (sources, picks) => {
        const { lines, joiner, push } = collect({ lineBytes: 30 });
        const queues = sources.map((source) =>
          source.flatMap(({ text, cuts }, index) => {
            const whole = `${text}\n`;
            const edges = [
              0,
              ...cuts.filter((cut) => cut > 0 && cut < whole.length).sort((a, b) => a - b),
              whole.length,
            ];
            return edges.slice(1).map((edge, part) => ({ nanos: index, text: whole.slice(edges[part], edge) }));
          }),
        );
        const [out = [], err = []] = queues;
        for (const pick of [...picks, ...out.map(() => true), ...err.map(() => false)]) {
          const next = (pick ? out : err).shift();
          if (next !== undefined && next.text !== "") push(pick ? STDOUT : STDERR, [1, next.nanos], next.text);
        }
        joiner.end();
        for (const stream of [STDOUT, STDERR] as const) {
          const expected = (sources[stream] ?? []).map(({ text }) => text.replace(/\r$/, ""));
          const got = lines.filter(({ flags }) => (flags & 1) === stream);
          expect(got.map(({ originalLength, text }) => originalLength || text.length)).toEqual(
            expected.map((text) => text.length),
          );
          for (const [index, { text }] of got.entries()) expect(expected[index]?.startsWith(text)).toBe(true);
        }
      }),
    );
  });
});

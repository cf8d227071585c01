import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonLogParser } from "./json-log-parser.ts";

/** Feeds the bytes in pieces of `pieceBytes`, each behind what the one before has left; says what came of it. */
const parse = (text: string | Uint8Array, pieceBytes = Number.POSITIVE_INFINITY) => {
  const messages: string[] = [];
  const damage: string[] = [];
  const stamps: string[] = [];
  const parser = new JsonLogParser({
    message: (stream, seconds, nanos, payload, start, end) => {
      messages.push(`${stream}${Buffer.from(payload.subarray(start, end)).toString()}`);
      stamps.push(`${seconds}.${nanos}`);
    },
    damage: (kind) => damage.push(kind),
  });
  let rest = Buffer.alloc(0);
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // Behind the end there are the bytes of another read.
    const fresh = bytes.subarray(at, Math.min(bytes.length, at + pieceBytes));
    const window = Buffer.concat([rest, fresh, Buffer.from('"}\n{"log":"stale\\n","stream":"stdout"')]);
    const length = rest.length + fresh.length;
    const consumed = parser.feed(window, 0, length);
    rest = Buffer.from(window.subarray(consumed, length));
  }
  return { messages, damage, stamps, rest: rest.toString() };
};

const entry = (text: string, stream = "stdout", time = "2026-01-02T03:04:05.123456789Z") =>
  `{"log":${JSON.stringify(text)},"stream":"${stream}","time":"${time}"}\n`;

describe("lines of the json-file driver", () => {
  test("streams, texts and stamps; the fraction's zeros may be missing", () => {
    const text = `${entry("one\n")}${entry("two\n", "stderr", "2026-01-02T03:04:05.5Z")}${entry("", "stdout", "2026-01-02T03:04:05Z")}`;
    const { messages, stamps, rest } = parse(text);
    expect(messages).toEqual(["0one\n", "1two\n", "0"]);
    expect(stamps).toEqual(["1767323045.123456789", "1767323045.500000000", "1767323045.0"].map((stamp) => stamp));
    expect(rest).toBe("");
  });

  test("escapes, surrogates and their halves, as the engine would send them", () => {
    const line = String.raw`{"log":"\u003ca\u003e \"q\" \\ \/ \b\f\r\t \u0000 \u00e9 \u2028 \ud83d\udea2 \ud83d. \udea2.\n","stream":"stdout","time":"2026-01-02T03:04:05Z"}`;
    const { messages, damage } = parse(`${line}\n`);
    expect(messages).toEqual(['0<a> "q" \\ / \b\f\r\t \u0000 é \u2028 🚢 \ufffd. \ufffd.\n']);
    expect(damage).toEqual([]);
  });

  test("attributes are passed over, whatever they say", () => {
    const attrs = `"attrs":{"a":"}","time":"2000-01-01T00:00:00Z","b":"\\",\\"time\\":\\""},`;
    const { messages, stamps } = parse(entry("text\n").replace('"time":', `${attrs}"time":`));
    expect([messages, stamps]).toEqual([["0text\n"], ["1767323045.123456789"]]);
  });

  test("a text that looks like an entry is a text", () => {
    const text = 'x","stream":"stderr","time":"2000-01-01T00:00:00Z"}\n{"log":"y';
    expect(parse(`${entry(`${text}\n`)}`).messages).toEqual([`0${text}\n`]);
  });

  test("other JSON of the same fields is understood", () => {
    const line = '{ "time": "2026-01-02T03:04:05Z", "stream": "stderr", "log": "spaced\\n" }\n';
    expect(parse(line)).toMatchObject({ messages: ["1spaced\n"], damage: [] });
  });

  test.each([
    ["words", "this is no JSON\n"],
    ["an unknown stream", '{"log":"x\\n","stream":"stdin","time":"2026-01-02T03:04:05Z"}\n'],
    ["no stamp", '{"log":"x\\n","stream":"stdout"}\n'],
    ["a stamp that is none", '{"log":"x\\n","stream":"stdout","time":"yesterday"}\n'],
    ["an escape that is none", '{"log":"\\q\\n","stream":"stdout","time":"2026-01-02T03:04:05Z"}\n'],
    ["a bare control character", '{"log":"a\u0001b\\n","stream":"stdout","time":"2026-01-02T03:04:05Z"}\n'],
    ["an empty line", "\n"],
  ])("a line that is no entry (%s) is one damage, and its neighbours are whole", (_name, line) => {
    const { messages, damage } = parse(`${entry("before\n")}${line}${entry("after\n")}`);
    expect([messages, damage]).toEqual([["0before\n", "0after\n"], ["line"]]);
  });

  test("half a line before another one costs only itself", () => {
    const { messages, damage } = parse(`{"log":"half a li${entry("whole\n")}`);
    expect([messages, damage]).toEqual([["0whole\n"], ["line"]]);
  });

  test("zeros between entries are one damage, however they are cut", () => {
    const text = `${entry("before\n")}${"\0".repeat(500)}${entry("after\n")}`;
    for (const pieceBytes of [7, 100, 1_000]) {
      expect(parse(text, pieceBytes)).toMatchObject({ messages: ["0before\n", "0after\n"], damage: ["zeros"] });
    }
  });

  test("a line that is too long is left out up to its end", () => {
    const messages: string[] = [];
    const parser = new JsonLogParser({
      message: (...[, , , payload, start, end]) => messages.push(Buffer.from(payload.subarray(start, end)).toString()),
      damage: (kind) => messages.push(`(${kind})`),
    });
    const junk = Buffer.alloc(1_000, "j");
    expect(parser.feed(junk, 0, junk.length)).toBe(0);
    parser.skipLine();
    expect(parser.feed(junk, 0, junk.length)).toBe(junk.length);
    const end = Buffer.from(`jjj\n${entry("next\n")}`);
    expect(parser.feed(end, 0, end.length)).toBe(end.length);
    expect(messages).toEqual(["(line)", "next\n"]);
  });

  test("what is written comes out, cut anywhere", () => {
    const text = fc.string({ unit: "binary", maxLength: 60 }).map((words) => `${words.toWellFormed()}\n`);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), fc.integer({ min: 1, max: 400 }), (texts, pieceBytes) => {
        const { messages, damage } = parse(texts.map((one) => entry(one)).join(""), pieceBytes);
        expect(messages).toEqual(texts.map((one) => `0${one}`));
        expect(damage).toEqual([]);
      }),
    );
  });

  test("random bytes never make more of it than damage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (junk) => {
        const { messages } = parse(Buffer.concat([Buffer.from(junk), Buffer.from(`\n${entry("after\n")}`)]));
        expect(messages.at(-1)).toBe("0after\n");
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FRAGMENT_BYTES } from "./log-message.ts";
import { TtySplitter } from "./tty-splitter.ts";

const stampOf = (second: number): string => `2026-01-02T03:04:${String(second).padStart(2, "0")}.123456789Z `;
const NOW_MS = Date.parse("2026-01-02T04:00:00Z");

const parse = (chunks: readonly (Buffer | string)[], { ended = true } = {}) => {
  const messages: string[] = [];
  const splitter = new TtySplitter(
    {
      message: (_, bytes, start, end) => void messages.push(bytes.toString("latin1", start, end)),
      daemonError: () => expect.unreachable("a TTY has no stream 3"),
    },
    () => NOW_MS,
  );
  const fault = chunks.map((chunk) => splitter.feed(Buffer.from(chunk))).at(-1) ?? null;
  const pendingBytes = splitter.pendingBytes;
  if (ended) splitter.end();
  return { messages, fault, pendingBytes };
};

const inPieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));

test("lines are cut at their newline, at every cut position of the reads", () => {
  const messages = [`${stampOf(1)}one\r\n`, `${stampOf(1)}\r\n`, `${stampOf(2)}\u001b[31mred\u001b[0m\r\n`];
  const text = messages.join("");
  for (let cut = 0; cut <= text.length; cut++) {
    expect(parse([text.slice(0, cut), text.slice(cut)])).toEqual({ messages, fault: null, pendingBytes: 0 });
  }
});

test("any lines in any pieces come out whole, once and in order", () => {
  const line = fc.string({ unit: fc.constantFrom("a", " ", "Z", "2", "-", "\r", "é"), maxLength: 80 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 50 }), (lines, size) => {
      const messages = lines.map((text, index) => `${stampOf(index)}${Buffer.from(text).toString("latin1")}\n`);
      const bytes = Buffer.from(messages.join(""), "latin1");
      const pieces = inPieces(bytes.toString("latin1"), size).map((piece) => Buffer.from(piece, "latin1"));
      expect(parse(pieces)).toEqual({ messages, fault: null, pendingBytes: 0 });
    }),
    { numRuns: 300 },
  );
});

describe("TTY line > 16 KiB", () => {
  const fragments = [
    stampOf(1) + "a".repeat(FRAGMENT_BYTES),
    stampOf(1) + "b".repeat(FRAGMENT_BYTES),
    `${stampOf(1)}${"c".repeat(7_232)}\r\n`,
  ];
  const next = `${stampOf(2)}next\r\n`;

  test.each([100, 4_096, 16_384, 16_415, 65_536])("in reads of %i bytes: the repeated stamp cuts it", (size) => {
    const text = [...fragments, next].join("");
    expect(parse(inPieces(text, size)).messages).toEqual([...fragments, next]);
  });

  test("a line of exactly one fragment is followed by its empty rest", () => {
    const messages = [stampOf(1) + "a".repeat(FRAGMENT_BYTES), `${stampOf(1)}\n`, next];
    expect(parse([messages.join("")]).messages).toEqual(messages);
  });

  test("an engine that does not cut: the stamp is repeated in its place", () => {
    const long = `${"x".repeat(2 * FRAGMENT_BYTES)}rest\n`;
    const expected = ["x".repeat(FRAGMENT_BYTES), "x".repeat(FRAGMENT_BYTES), "rest\n"].map(
      (text) => stampOf(1) + text,
    );
    for (const size of [1_000, 70_000]) {
      expect(parse(inPieces(stampOf(1) + long + next, size)).messages).toEqual([...expected, next]);
    }
  });
});

describe("last line without newline at exit", () => {
  const prompt = `${stampOf(1)}/ # `;

  test("is delivered at the end of the stream, and only then", () => {
    expect(parse([prompt], { ended: false })).toEqual({ messages: [], fault: null, pendingBytes: prompt.length });
    expect(parse([prompt]).messages).toEqual([prompt]);
  });

  test("is never joined to the next start's first line, which follows it without a newline", () => {
    const line = `${stampOf(9)}started\n`;
    expect(parse([prompt + line + line]).messages).toEqual([prompt, line, line]);
    expect(parse([prompt + stampOf(9)]).messages).toEqual([prompt, stampOf(9)]);
  });

  test("a stamp that the program printed itself stays text", () => {
    const own = `${stampOf(5)}level=info ts=${stampOf(4)}done\n`;
    const planned = `${stampOf(5)}next run ${stampOf(5).replace("2026", "2031")}\n`;
    expect(parse([own + planned]).messages).toEqual([own, planned]);
  });
});

test("garbage: text without a stamp is a fault, never a line", () => {
  const { messages, fault } = parse([`${stampOf(1)}fine\n`, "no stamp here, none at all, nowhere\n", stampOf(2)]);
  expect([messages, fault]).toEqual([[`${stampOf(1)}fine\n`], { kind: "missing_stamp" }]);
});

test("stamps of a zone other than UTC are stamps", () => {
  const line = "2026-01-02T03:04:05.123456789+01:00 hello\n";
  expect(parse([line + line])).toEqual({ messages: [line, line], fault: null, pendingBytes: 0 });
});

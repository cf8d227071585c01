import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Demultiplexer, MESSAGE_BYTES } from "./demultiplexer.ts";
import { FRAGMENT_BYTES, STDERR, STDOUT } from "./log-message.ts";

type Message = { readonly stream: number; readonly text: Buffer };

const STAMP = "2026-01-02T03:04:05.123456789Z ";

const frame = (streamByte: number, payload: Buffer | string): Buffer => {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = streamByte;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
};

const collect = () => {
  const messages: Message[] = [];
  const daemonErrors: string[] = [];
  const parser = new Demultiplexer({
    message: (stream, bytes, start, end) =>
      void messages.push({ stream, text: Buffer.from(bytes.subarray(start, end)) }),
    daemonError: (text) => void daemonErrors.push(text),
  });
  return { parser, messages, daemonErrors };
};

const parse = (chunks: readonly Buffer[]) => {
  const { parser, messages, daemonErrors } = collect();
  const faults = chunks.map((chunk) => parser.feed(chunk));
  return { messages, daemonErrors, fault: faults.at(-1) ?? null, pendingBytes: parser.pendingBytes };
};

const cutAt = (bytes: Buffer, positions: readonly number[]): Buffer[] => {
  const sorted = [...new Set(positions)].sort((a, b) => a - b);
  return [0, ...sorted].map((start, index) => bytes.subarray(start, sorted[index] ?? bytes.length));
};

const someFrames = fc.array(
  fc.record({
    stream: fc.constantFrom(STDOUT, STDERR),
    text: fc.uint8Array({ maxLength: 200 }).map((x) => Buffer.from(x)),
  }),
  { maxLength: 20 },
);

describe("header or payload split over reads", () => {
  test("every single cut position gives the same messages", () => {
    const messages = [
      { stream: STDOUT, text: Buffer.from(`${STAMP}one\n`) },
      { stream: STDERR, text: Buffer.alloc(0) },
      { stream: STDERR, text: Buffer.from(`${STAMP}two\n`) },
    ];
    const bytes = Buffer.concat(messages.map(({ stream, text }) => frame(stream + 1, text)));
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(parse(cutAt(bytes, [cut])), `cut at ${cut}`).toMatchObject({ messages, fault: null, pendingBytes: 0 });
    }
    const single = [...bytes].map((byte) => Buffer.of(byte));
    expect(parse(single)).toMatchObject({ messages, pendingBytes: 0 });
  });

  test("any messages, cut anywhere, come out whole, once and in order", () => {
    fc.assert(
      fc.property(someFrames, fc.array(fc.nat(6_000), { maxLength: 40 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(({ stream, text }) => frame(stream + 1, text)));
        const chunks = cutAt(
          bytes,
          cuts.filter((cut) => cut <= bytes.length),
        );
        expect(parse(chunks)).toMatchObject({ messages, fault: null, pendingBytes: 0 });
      }),
      { numRuns: 500 },
    );
  });

  test("what is cut off at the end of the stream is counted, not delivered", () => {
    const bytes = Buffer.concat([frame(1, "whole\n"), frame(1, "cut off\n").subarray(0, 11)]);
    const { messages, pendingBytes } = parse([bytes]);
    expect(messages).toHaveLength(1);
    expect(pendingBytes).toBe(11);
  });

  test("a message inside one chunk is not copied", () => {
    const chunk = Buffer.concat([frame(1, "whole\n"), frame(2, "cut").subarray(0, 9)]);
    const owners: Buffer[] = [];
    const parser = new Demultiplexer({ message: (_, bytes) => void owners.push(bytes), daemonError: () => {} });
    parser.feed(chunk);
    expect(owners).toEqual([chunk]);
    expect(owners[0]).toBe(chunk);
  });
});

describe("unknown stream byte, absurd length, garbage", () => {
  test.each([0, 4, 65, 255])("stream byte %i stops the parser for good", (streamByte) => {
    const bytes = Buffer.concat([frame(1, "good\n"), frame(streamByte, "bad\n"), frame(1, "never\n")]);
    const { parser, messages } = collect();
    const fault = { kind: "unknown_stream", streamByte };
    expect(parser.feed(bytes)).toEqual(fault);
    expect(parser.feed(frame(1, "never either\n"))).toEqual(fault);
    expect(messages).toEqual([{ stream: STDOUT, text: Buffer.from("good\n") }]);
  });

  test("text where a header belongs is never taken as text, even when it begins with a stream number", () => {
    const { messages, fault } = parse([Buffer.from("\u0001plain text of a TTY\n")]);
    expect([messages, fault]).toEqual([[], { kind: "unknown_stream", streamByte: 1 }]);
  });

  test("an absurd length is a fault as soon as the header is there, however it was cut", () => {
    const header = Buffer.from([1, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]);
    for (let cut = 0; cut < header.length; cut++) {
      expect(parse(cutAt(header, [cut])).fault).toEqual({ kind: "oversized_message", messageBytes: 0x7fffffff });
    }
  });

  test("the longest length that is not absurd is believed, but memory follows the bytes that came", () => {
    const announced = Buffer.from([1, 0, 0, 0, 0, 0x10, 0, 0]);
    expect(parse([announced, Buffer.alloc(100)])).toMatchObject({ fault: null, pendingBytes: 108 });
    const whole = parse([announced, Buffer.alloc(MESSAGE_BYTES / 2, 97), Buffer.alloc(MESSAGE_BYTES / 2, 98)]);
    expect(whole.messages.map(({ text }) => text.length)).toEqual([MESSAGE_BYTES]);
  });

  test("any bytes in any pieces neither throw nor hang, and a fault stays the same", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (pieces) => {
        const { parser } = collect();
        const faults = pieces.map((piece) => parser.feed(Buffer.from(piece)));
        const first = faults.findIndex((fault) => fault !== null);
        if (first !== -1) for (const fault of faults.slice(first)) expect(fault).toEqual(faults[first]);
      }),
      { numRuns: 500 },
    );
  });
});

test("stream 3 frame: the daemon's text is no line, and what follows it is still read", () => {
  const bytes = Buffer.concat([frame(1, "a\n"), frame(3, "error grabbing logs: invalid character\n"), frame(2, "b\n")]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const { messages, daemonErrors } = parse(cutAt(bytes, [cut]));
    expect(messages.map(({ text }) => text.toString())).toEqual(["a\n", "b\n"]);
    expect(daemonErrors).toEqual(["error grabbing logs: invalid character"]);
  }
});

test("line > 16 KiB; stderr frame between two stdout fragments: each fragment whole, in the order of arrival", () => {
  const fragment = Buffer.from(STAMP + "x".repeat(FRAGMENT_BYTES));
  const rest = Buffer.from(`${STAMP}tail\n`);
  const bytes = Buffer.concat([frame(1, fragment), frame(2, `${STAMP}warn\n`), frame(1, rest)]);
  for (const size of [1_000, 4_096, 16_384, 16_423, 65_536]) {
    const chunks = cutAt(
      bytes,
      Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => (index + 1) * size),
    );
    const { messages } = parse(chunks);
    expect(messages.map(({ stream, text }) => [stream, text.length])).toEqual([
      [STDOUT, FRAGMENT_BYTES + STAMP.length],
      [STDERR, STAMP.length + 5],
      [STDOUT, rest.length],
    ]);
  }
});

test("last line without newline at exit and empty lines: kept as they are", () => {
  const payloads = [`${STAMP}\n`, STAMP, `${STAMP}no newline`];
  const { messages } = parse([Buffer.concat(payloads.map((payload) => frame(1, payload)))]);
  expect(messages.map(({ text }) => text.toString())).toEqual(payloads);
});

test("invalid UTF-8; character cut at 16 KiB: bytes pass unchanged", () => {
  const euro = Buffer.from("€");
  const payloads = [Buffer.from([0xff, 0xfe, 0x00]), euro.subarray(0, 1), euro.subarray(1)];
  const { messages } = parse([Buffer.concat(payloads.map((payload) => frame(1, payload)))]);
  expect(messages.map(({ text }) => text)).toEqual(payloads);
});

test("10,000-line burst: one chunk or a thousand, all lines, in order", () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `${STAMP}line ${index}\n`);
  const bytes = Buffer.concat(lines.map((line, index) => frame((index % 2) + 1, line)));
  const cuts = Array.from({ length: 1_000 }, (_, index) => Math.floor((bytes.length * index) / 1_000));
  for (const chunks of [[bytes], cutAt(bytes, cuts)]) {
    expect(parse(chunks).messages.map(({ text }) => text.toString())).toEqual(lines);
  }
});

import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import fc from "fast-check";
import { expect, test } from "vitest";
import { frameTransport } from "../../hub/gateway/frame-transport.ts";
import { FrameCounter } from "./frame-counter.ts";

const logFrame = (firstSeq: number, lines: number, lineBytes: number): Uint8Array => {
  const encoder = new BatchEncoder();
  for (let line = 0; line < lines; line++) encoder.append(line, 0, 0, new Uint8Array(lineBytes), 0, lineBytes);
  const frame = encoder.finish(firstSeq, { prefixBytes: FRAME_PREFIX_BYTES });
  writeFramePrefix(frame, FRAME_LOG_BATCH, 1);
  return frame;
};

test("frames of any size are counted, however their bytes are cut", () => {
  const sizes = fc.array(
    fc.record({ lines: fc.integer({ min: 1, max: 60 }), bytes: fc.integer({ min: 0, max: 2000 }) }),
    {
      maxLength: 8,
    },
  );
  const property = fc.property(
    sizes,
    fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }),
    (batches, cuts) => {
      let seq = 0;
      const frames = batches.map(({ lines, bytes }) => {
        seq += lines;
        return logFrame(seq - lines, lines, bytes);
      });
      const stream = Buffer.concat([frameTransport.text('{"type":"ready"}'), frameTransport.binary(frames)]);
      const counter = new FrameCounter();
      for (let at = 0, cut = 0; at < stream.length; cut++) {
        const end = at + (cuts[cut % cuts.length] ?? 1);
        counter.feed(stream.subarray(at, end));
        at = end;
      }
      const { texts, frames: counted, lines } = counter;
      expect({ texts, counted, lines }).toEqual({ texts: 1, counted: batches.length, lines: seq });
    },
  );
  fc.assert(property);
});

test("a ping is told with its payload, however its bytes are cut, between frames that count", () => {
  const ping = Buffer.concat([Buffer.from([0x89, 5]), Buffer.from("hello")]);
  const stream = Buffer.concat([frameTransport.text("{}"), ping, frameTransport.binary([logFrame(0, 50, 10)])]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const pings: string[] = [];
    const counter = new FrameCounter((payload) => pings.push(payload.toString()));
    counter.feed(stream.subarray(0, cut));
    counter.feed(stream.subarray(cut));
    expect([pings, counter.texts, counter.frames]).toEqual([["hello"], 1, 1]);
  }
});

test("a hole is an error", () => {
  const counter = new FrameCounter();
  const stream = Buffer.from(frameTransport.binary([logFrame(0, 50, 10), logFrame(51, 50, 10)]));
  expect(() => counter.feed(stream)).toThrow("line 51 where line 50 was next");
});

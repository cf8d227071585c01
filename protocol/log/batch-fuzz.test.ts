import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../errors.ts";
import { decodeBatch, type LogBatch } from "./batch.ts";
import { BatchEncoder } from "./batch-encoder.ts";
import { BATCH_HEADER_BYTES } from "./batch-header.ts";
import { appendLines, sliceBatch } from "./batch-slice.ts";
import { LEGAL_FLAGS } from "./line-flags.ts";

const flags = fc.constantFrom(...Array.from(LEGAL_FLAGS.keys()).filter((value) => LEGAL_FLAGS[value] === 1));
const line = fc.record({
  seconds: fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 0, max: 3_000_000 })),
  nanos: fc.nat(999_999_999),
  flags,
  text: fc.uint8Array({ maxLength: 200 }),
  originalLength: fc.maxSafeNat(),
});
const lines = fc.array(line, { minLength: 1, maxLength: 60 });
const firstSeq = fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1000 }));
type Line = typeof line extends fc.Arbitrary<infer Value> ? Value : never;

const encode = (from: number, values: readonly Line[], compress?: typeof zstdCompressSync): Uint8Array => {
  const encoder = new BatchEncoder();
  for (const { seconds, nanos, flags: bits, text, originalLength } of values) {
    if (!encoder.append(seconds, nanos, bits, text, 0, text.length, originalLength)) throw new Error("batch is full");
  }
  return encoder.finish(from, compress === undefined ? {} : { compress });
};
const reencode = (batch: LogBatch): Uint8Array => {
  const encoder = new BatchEncoder();
  expect(appendLines(encoder, batch, 0, batch.lineCount)).toBe(batch.lineCount);
  return encoder.finish(batch.firstSeq);
};
const decompress = (body: Uint8Array, maxOutputLength: number): Uint8Array =>
  zstdDecompressSync(body, { maxOutputLength });

/** Decodes anything; only a `ProtocolError` may come out, and what decodes has exactly one encoding. */
const survives = (bytes: Uint8Array): void => {
  let batch: LogBatch;
  try {
    batch = decodeBatch(bytes, { decompress });
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty("code", "malformed_frame");
    return;
  }
  if (bytes[1] === 0) expect(Buffer.compare(reencode(batch), bytes)).toBe(0);
};

describe("batches of anything", () => {
  test("round trip, plain and compressed", () => {
    fc.assert(
      fc.property(firstSeq, lines, fc.boolean(), (from, values, packed) => {
        const batch = decodeBatch(encode(from, values, packed ? zstdCompressSync : undefined), { decompress });
        expect(batch.firstSeq).toBe(from);
        expect(batch.lineCount).toBe(values.length);
        for (const [index, value] of values.entries()) {
          expect(batch.tsNs(index)).toBe(BigInt(value.seconds) * 1_000_000_000n + BigInt(value.nanos));
          expect(batch.flags[index]).toBe(value.flags);
          expect(Buffer.compare(batch.lineBytes(index), value.text)).toBe(0);
          expect(batch.originalLength(index)).toBe(batch.isTruncated(index) ? value.originalLength : value.text.length);
        }
      }),
    );
  });

  test("a slice holds exactly its range, whatever the range", () => {
    fc.assert(
      fc.property(
        firstSeq,
        lines,
        fc.integer({ min: -5, max: 70 }),
        fc.integer({ min: -5, max: 70 }),
        (from, values, low, high) => {
          const batch = decodeBatch(encode(from, values));
          const range = { fromSeq: from + low, endSeq: from + high };
          const kept = values.slice(Math.max(0, low), Math.max(0, high));
          const slice = sliceBatch(batch, range);
          if (kept.length === 0) expect(slice).toBeUndefined();
          else expect(Buffer.compare(slice ?? new Uint8Array(), encode(from + Math.max(0, low), kept))).toBe(0);
        },
      ),
    );
  });

  test("one encoder, many batches: nothing of one is in the next", () => {
    fc.assert(
      fc.property(fc.array(lines, { minLength: 2, maxLength: 5 }), (batches) => {
        const encoder = new BatchEncoder();
        for (const values of batches) {
          for (const { seconds, nanos, flags: bits, text, originalLength } of values) {
            encoder.append(seconds, nanos, bits, text, 0, text.length, originalLength);
          }
          expect(Buffer.compare(encoder.finish(9), encode(9, values))).toBe(0);
        }
      }),
    );
  });
});

describe("hostile bytes", () => {
  test("any bytes, with and without a plausible header, give a batch or malformed_frame", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), survives), { numRuns: 500 });
    fc.assert(
      fc.property(lines, fc.uint8Array({ maxLength: 200 }), (values, body) => {
        const bytes = encode(0, values);
        survives(Buffer.concat([bytes.subarray(0, BATCH_HEADER_BYTES), body]));
        survives(Buffer.concat([bytes, body]));
      }),
    );
  });

  test("every prefix of a batch is malformed", () => {
    fc.assert(
      fc.property(lines, fc.boolean(), (values, packed) => {
        const bytes = encode(7, values, packed ? zstdCompressSync : undefined);
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decodeBatch(bytes.subarray(0, length), { decompress })).toThrow(ProtocolError);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("every single flipped bit gives another canonical batch or malformed_frame", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.boolean(), (values, packed) => {
        const bytes = encode(7, values, packed ? zstdCompressSync : undefined);
        for (let bit = 0; bit < Math.min(bytes.length, 200) * 8; bit++) {
          const flipped = bytes.slice();
          flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
          survives(flipped);
        }
      }),
      { numRuns: 10 },
    );
  });

  test("several changed bytes", () => {
    const change = fc.tuple(fc.nat(5000), fc.nat(255));
    fc.assert(
      fc.property(lines, fc.array(change, { minLength: 1, maxLength: 6 }), (values, changes) => {
        const bytes = encode(7, values);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        survives(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

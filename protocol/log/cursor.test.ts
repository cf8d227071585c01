import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import { ProtocolError } from "../errors.ts";
import {
  CURSOR_PAYLOAD_BYTES,
  CURSOR_TAIL_LINES,
  decodeLogCursor,
  encodeCursorPayload,
  type LogCursor,
  parseCursorPayload,
} from "./cursor.ts";
import { logCursorSchema } from "./cursor-schema.ts";
import { encodeUtf8 } from "./utf8.ts";

const tsNs = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
const hash = fc.stringMatching(/^[0-9a-f]{16}$/);
const cursors: fc.Arbitrary<LogCursor> = fc.record(
  {
    nextSeq: fc.maxSafeNat(),
    tsNs,
    ordinal: fc.nat(),
    tail: fc.array(fc.record({ tsNs, hash }), { maxLength: CURSOR_TAIL_LINES }),
    openLineSinceNs: tsNs,
    ended: fc.constant(true as const),
    hint: fc.record({ kind: fc.constant("file" as const), inode: fc.maxSafeNat(), offset: fc.maxSafeNat() }),
  },
  { requiredKeys: ["nextSeq", "tsNs", "ordinal", "tail"] },
);
/** Values a field may wrongly have. */
const wrong = fc.oneof(
  fc.constantFrom(null, undefined, "", "x", "1.5", "-", -1, 1.5, 2 ** 60, true, [], {}, [null], [{}]),
  fc.anything({ maxDepth: 2 }),
);
const fields = ["nextSeq", "tsNs", "ordinal", "tail", "openLineSinceNs", "ended", "hint"] as const;

const attempt = (value: unknown): unknown => {
  try {
    return decodeLogCursor(value);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return undefined;
  }
};

describe("log cursor", () => {
  test("its schema has its type, in both directions", () => {
    expectTypeOf<z.infer<typeof logCursorSchema>>().toExtend<LogCursor>();
    expectTypeOf<LogCursor>().toExtend<z.infer<typeof logCursorSchema>>();
  });

  test("round trip over the wire", () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(parseCursorPayload(encodeCursorPayload(cursor))).toEqual(cursor);
        expect(logCursorSchema.parse(cursor)).toEqual(cursor);
      }),
    );
  });

  test("the hand-written decoder and the schema accept the same values and give the same result", () => {
    fc.assert(
      fc.property(cursors, fc.constantFrom(...fields, "other"), wrong, (cursor, field, value) => {
        const changed = { ...cursor, [field]: value };
        const parsed = logCursorSchema.safeParse(changed);
        // The schema tells a missing key from one that says `undefined`; JSON cannot, and the decoder reads JSON.
        if (value !== undefined) expect(attempt(changed)).toEqual(parsed.success ? parsed.data : undefined);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const parsed = logCursorSchema.safeParse(value);
        expect(attempt(value)).toEqual(parsed.success ? parsed.data : undefined);
      }),
    );
  });

  test("any payload gives a cursor or malformed_frame; a long one is not even parsed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        expect(() => parseCursorPayload(payload)).toThrow(ProtocolError);
      }),
    );
    expect(() => parseCursorPayload(encodeUtf8(`${" ".repeat(CURSOR_PAYLOAD_BYTES)}{}`))).toThrow(/length/);
  });
});

import { agentDownSchema } from "@yardarm/protocol/agent-down/down";
import { sessionSchema } from "@yardarm/protocol/agent-down/welcome";
import { ProtocolError } from "@yardarm/protocol/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeDown, parseDown, parseSession } from "./decode-down.ts";

const id = (prefix: string): fc.Arbitrary<string> =>
  fc.stringMatching(/^[0-9a-z]{20}$/).map((rest) => `${prefix}_${rest}`);
const dockerId = fc.stringMatching(/^[0-9a-f]{64}$/);
const base64Url = (characters: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`));
const alias = fc.integer({ min: 1, max: 0xffff_ffff });
const seq = fc.nat();
const tsNs = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }).map(String);
const cursor = fc.record(
  {
    nextSeq: seq,
    tsNs,
    ordinal: seq,
    tail: fc.array(fc.record({ tsNs, hash: fc.stringMatching(/^[0-9a-f]{16}$/) }), { maxLength: 8 }),
    openLineSinceNs: tsNs,
    hint: fc.record({ kind: fc.constant("file"), inode: seq, offset: seq }),
  },
  { requiredKeys: ["nextSeq", "tsNs", "ordinal", "tail"] },
);
const signed = { payload: fc.string(), keyId: fc.string({ minLength: 1, maxLength: 80 }), signature: base64Url(86) };
const of = (type: string, fields: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ type: fc.constant(type), ...fields });

const messages: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  of("welcome", signed),
  of("heartbeat"),
  of("inventory.request"),
  of("log.assign", {
    streams: fc.array(fc.record({ dockerId, alias, cursor: fc.option(cursor) }), { maxLength: 3 }),
  }),
  of("log.stream.start", { alias }),
  of("log.stream.stop", { alias }),
  of("log.rewind", { alias, nextSeq: seq, cursor: fc.option(cursor) }),
  of("log.read", { request: alias, ...signed }),
  of("log.read.cancel", { request: alias }),
  of("ack", { acks: fc.array(fc.record({ alias, nextSeq: seq }), { maxLength: 3 }) }),
  of("metrics.watch", {
    dockerIds: fc.array(dockerId, { maxLength: 3 }),
    intervalMs: fc.integer({ min: 500, max: 60_000 }),
  }),
  of("action", {
    action_id: id("act"),
    container_id: id("ctr"),
    action: fc.constantFrom("START", "STOP", "KILL"),
    ...signed,
  }),
  of("key.rotate", signed),
  of("key.accepted", { agentPublicKey: base64Url(43) }),
  of("action.query", { actionIds: fc.array(id("act"), { maxLength: 3 }) }),
  of("reconnect", { afterMs: fc.integer({ min: 0, max: 600_000 }), reason: fc.string({ maxLength: 256 }) }),
);

/** Replaces one value, anywhere inside, by something else. */
const damaged = fc
  .tuple(messages, fc.nat(), fc.oneof(fc.jsonValue(), fc.constantFrom(0, -1, 2 ** 53, 1.5, "", null, [], {})))
  .map(([message, at, other]) => {
    const copy = structuredClone(message);
    const places: [Record<string, unknown>, string][] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        places.push([value as Record<string, unknown>, key]);
        walk(inner);
      }
    };
    walk(copy);
    const [holder, key] = places[at % places.length] ?? [copy, "type"];
    holder[key] = other;
    return copy;
  });

const outcome = (decode: () => unknown): unknown => {
  try {
    return { accepted: decode() };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return "refused";
  }
};

const bySchema = (value: unknown): unknown => {
  const result = agentDownSchema.safeParse(value);
  return result.success ? { accepted: result.data } : "refused";
};

describe("decodeDown", () => {
  test("accepts every message that the schemas accept, with the same result", () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(bySchema(message)).toEqual({ accepted: decodeDown(message) });
      }),
      { numRuns: 500 },
    );
  });

  test("judges damaged messages as the schemas do", () => {
    fc.assert(
      fc.property(damaged, (message) => {
        expect(outcome(() => decodeDown(message))).toEqual(bySchema(message));
      }),
      { numRuns: 3000 },
    );
  });

  test("[SEC-T04] judges arbitrary JSON as the schemas do", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(outcome(() => decodeDown(value))).toEqual(bySchema(value));
      }),
    );
  });

  test("leaves unknown keys out", () => {
    expect(decodeDown({ type: "heartbeat", surplus: 1 })).toEqual({ type: "heartbeat" });
  });
});

test("parseDown names text that is no JSON, and a message that is too large", () => {
  expect(() => parseDown(Buffer.from("{"))).toThrow(expect.objectContaining({ code: "malformed_frame" }));
  expect(() => parseDown(Buffer.alloc(600_000, 32))).toThrow(expect.objectContaining({ code: "message_too_large" }));
  expect(() => parseDown(Buffer.from('{"type":"exec"}'))).toThrow(expect.objectContaining({ code: "unknown_message" }));
});

test("parseSession judges as its schema does", () => {
  const session = fc.record({
    hubId: id("hub"),
    nodeId: id("nod"),
    orgId: id("org"),
    hostId: id("hst"),
    sessionNonce: fc.oneof(base64Url(43), base64Url(42)),
    epoch: fc.integer({ min: 0, max: 9 }),
    protocol: fc.integer({ min: 0, max: 9 }),
    hubTimeNs: fc.oneof(tsNs, fc.string()),
    enrolledAtNs: tsNs,
  });
  fc.assert(
    fc.property(session, (value) => {
      const result = sessionSchema.safeParse(value);
      const expected = result.success ? { accepted: result.data } : "refused";
      expect(outcome(() => parseSession(JSON.stringify(value)))).toEqual(expected);
    }),
  );
});

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { actionCommandSchema } from "./action.ts";
import { agentDownSchema } from "./agent-down/down.ts";
import { keyRotateOrderSchema } from "./agent-down/key-rotate.ts";
import { sessionSchema } from "./agent-down/welcome.ts";
import { actionOutcomeSchema } from "./agent-up/action-result.ts";
import { keyAnnouncementSchema } from "./agent-up/key-announce.ts";
import { agentUpSchema } from "./agent-up/up.ts";
import { enrollClaimSchema, enrolledSchema, enrollRequestSchema, enrollResponseSchema } from "./api/hosts.ts";
import { logReadOrderSchema } from "./log-read.ts";
import { protectionOrderSchema } from "./protection-schema.ts";
import { negotiateVersion, OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from "./protocol-version.ts";

/** One line per version: what agents and hub say to each other may only change together with its number. */
const HASHES: Readonly<Record<number, string>> = {
  1: "a910c4b538d9345f",
};

const hashOfWire = (): string => {
  const schemas = [
    agentUpSchema,
    agentDownSchema,
    actionCommandSchema,
    actionOutcomeSchema,
    sessionSchema,
    logReadOrderSchema,
    protectionOrderSchema,
    keyRotateOrderSchema,
    keyAnnouncementSchema,
    enrollRequestSchema,
    enrollClaimSchema,
    enrollResponseSchema,
    enrolledSchema,
  ];
  const text = JSON.stringify(schemas.map((schema) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
};

describe("protocol version", () => {
  test("[WIRE-1] the schemas hash to what the current version promises", () => {
    expect(hashOfWire(), "the wire changed: raise PROTOCOL_VERSION and add its hash").toBe(HASHES[PROTOCOL_VERSION]);
  });

  test("[WIRE-2] hub and agent settle on the highest version that both speak", () => {
    expect(negotiateVersion({ min: 1, max: 3 }, { min: 2, max: 5 })).toBe(3);
    expect(negotiateVersion({ min: 1, max: 1 }, { min: 2, max: 5 })).toBeNull();
    expect(negotiateVersion({ min: 6, max: 9 }, { min: 2, max: 5 })).toBeNull();
    expect(negotiateVersion({ min: OLDEST_PROTOCOL_VERSION, max: PROTOCOL_VERSION })).toBe(PROTOCOL_VERSION);
  });
});

import { z } from "zod";
import { type HostId, ID_PATTERN } from "../ids.ts";
import { idSchema, tsNsSchema } from "../schema.ts";
import { timeBoundSchema } from "./time-bound.ts";

/** Who did what: the audit as people read it. */

const AUDIT_PAGE = 500;
/** Kinds that one question may name. */
const MOST_KINDS = 50;

/** A kind of row, `action.intent`; what it may be is the hub's matter. */
const kindSchema = z.string().regex(/^[a-z][a-z_]{0,31}\.[a-z][a-z_]{0,31}$/, "a kind such as action.intent");
/** Of a person, host, container, …: rows are found by it whatever it names. */
const anyIdSchema = z.string().regex(ID_PATTERN, "an id");

/** Which rows; what is left out does not matter. */
const filter = {
  /** Comma-separated. */
  kind: z
    .string()
    .max(2_000)
    .transform((text) => text.split(","))
    .pipe(z.array(kindSchema).min(1).max(MOST_KINDS))
    .optional(),
  actor: anyIdSchema.optional(),
  target: anyIdSchema.optional(),
  /** Inclusive. */
  since: timeBoundSchema.optional(),
  /** Exclusive. */
  until: timeBoundSchema.optional(),
};

/** `GET /api/audit`, newest first. */
export const auditQuerySchema = z.strictObject({
  ...filter,
  limit: z.coerce.number().int().min(1).max(AUDIT_PAGE).default(100),
  /** Where the page before ended. */
  cursor: z.coerce.number().int().min(1).optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** `GET /api/audit/export`, oldest first, all of it. */
export const auditExportQuerySchema = z.strictObject({ ...filter, format: z.enum(["csv", "ndjson"]).default("csv") });
export type AuditExportQuery = z.infer<typeof auditExportQuerySchema>;

const partySchema = z.object({ type: z.string(), id: z.string().nullable(), name: z.string() });

const AUDIT_OUTCOMES = ["pending", "success", "failure", "denied", "unknown"] as const;

export const auditRowSchema = z.object({
  /** From 1, without holes. */
  seq: z.number().int().min(1),
  atNs: tsNsSchema,
  kind: z.string(),
  actor: partySchema,
  target: partySchema.nullable(),
  address: z.string().nullable(),
  reason: z.string().nullable(),
  outcome: z.enum(AUDIT_OUTCOMES),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** SHA-256 over the row and the hash of the row before, hex. */
  hash: z.string(),
});
export type AuditRow = z.infer<typeof auditRowSchema>;

/** What is wrong with a row: its text, its place, the columns that lists filter by; or it is not there at all. */
const AUDIT_PROBLEMS = ["changed", "unlinked", "columns", "missing"] as const;

/** The newest intent that a host's agent saw, as it reported it. */
const witnessSchema = z.object({ hostId: idSchema<HostId>(), seq: z.number().int().min(1) });

/** `newest`: only so many rows at the end of the chain, which costs the same however long it has become. */
export const auditVerifyQuerySchema = z.strictObject({
  newest: z.coerce.number().int().min(1).max(100_000).optional(),
});

/** `GET /api/audit/verify`: the chain computed anew, and held against what the agents remember. */
export const auditVerdictSchema = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    /** How many were computed. */
    rows: z.number().int().min(0),
    /** The first of them; 1 when it was the whole chain. */
    fromSeq: z.number().int().min(1),
    head: z.object({ seq: z.number().int().min(0), hash: z.string() }),
    witnesses: z.array(witnessSchema).readonly(),
  }),
  z.object({
    ok: z.literal(false),
    /** The first row that does not hold. */
    brokenSeq: z.number().int().min(1),
    problem: z.enum(AUDIT_PROBLEMS),
    witnesses: z.array(witnessSchema).readonly(),
  }),
]);
export type AuditVerdict = z.infer<typeof auditVerdictSchema>;

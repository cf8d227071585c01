import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { LEVEL_NAMES } from "../log/level.ts";
import { STREAM_NAMES } from "../log/line-flags.ts";
import { LOSS_REASONS } from "../log/loss.ts";
import { idSchema, seqSchema } from "../schema.ts";

/** The public NDJSON form of a log, one object per line feed; `log/ndjson.ts` writes it. */

const origin = {
  /** Only with `scope=workload` and in files of many containers: several number their lines. */
  containerId: z.exactOptional(idSchema<ContainerId>()),
  /** Names of the container and its host, only in files of many containers. */
  container: z.exactOptional(z.string()),
  host: z.exactOptional(z.string()),
  /** Read from the host's own log because it is older than what the hub keeps. */
  from: z.exactOptional(z.literal("host")),
};

export const ndjsonMessageSchema = z.object({
  seq: seqSchema,
  /** RFC 3339 in UTC with nine digits of fraction. */
  ts: z.string(),
  stream: z.enum(STREAM_NAMES),
  level: z.enum(LEVEL_NAMES),
  message: z.string(),
  /** Bytes that the container wrote, where the line was cut. */
  originalBytes: z.exactOptional(z.number().int().min(0)),
  ...origin,
});
export type NdjsonMessage = z.infer<typeof ndjsonMessageSchema>;

/** Lines that the container wrote and nobody can bring back. */
export const ndjsonLossSchema = z.object({
  seq: seqSchema,
  loss: z.object({
    reason: z.enum(LOSS_REASONS),
    fromTs: z.string(),
    toTs: z.string(),
    /** `null`: not known. */
    lines: z.number().int().min(0).nullable(),
  }),
  ...origin,
});
export type NdjsonLoss = z.infer<typeof ndjsonLossSchema>;

export const ndjsonLineSchema = z.union([ndjsonMessageSchema, ndjsonLossSchema]);
export type NdjsonLine = z.infer<typeof ndjsonLineSchema>;

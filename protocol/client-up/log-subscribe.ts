import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { MAX_TAIL_LINES } from "../limits.ts";
import { idSchema, seqSchema } from "../schema.ts";

/**
 * Watch a container's log. Give `tail` (backfill of the last n lines) or `sinceSeq` (resume: everything from that line
 * on); neither means the default tail. The hub answers `log.subscribed`, then backfill frames, then live ones, without
 * a hole or an overlap.
 */
export const logSubscribeSchema = z.object({
  type: z.literal("log.subscribe"),
  containerId: idSchema<ContainerId>(),
  tail: z.exactOptional(z.number().int().min(0).max(MAX_TAIL_LINES)),
  sinceSeq: z.exactOptional(seqSchema),
  encoding: z.exactOptional(z.enum(["binary", "json"])),
});

export type LogSubscribe = z.infer<typeof logSubscribeSchema>;

import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { MAX_TAIL_LINES } from "../limits.ts";
import { idSchema, seqSchema } from "../schema.ts";

/**
 * Watch a container's log. Give `tail` (backfill of the last n lines) or `sinceSeq` (resume: everything from that line
 * on); neither means the default tail. The hub answers `log.subscribed`, then backfill frames, then live ones, without
 * a hole or an overlap. A client that comes back says what it holds by `epoch` and `committedSeq`: then the answer's
 * `committedSeq` is where it begins to drop, whatever happened meanwhile.
 */
export const logSubscribeSchema = z.object({
  type: z.literal("log.subscribe"),
  containerId: idSchema<ContainerId>(),
  tail: z.exactOptional(z.number().int().min(0).max(MAX_TAIL_LINES)),
  sinceSeq: z.exactOptional(seqSchema),
  /** Of a client that comes back: the `epoch` of what it holds, and up to where it was told that it is committed. */
  epoch: z.exactOptional(z.string().max(64)),
  committedSeq: z.exactOptional(seqSchema),
  encoding: z.exactOptional(z.enum(["binary", "json"])),
});

export type LogSubscribe = z.infer<typeof logSubscribeSchema>;

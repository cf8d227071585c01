import { z } from "zod";
import { LEVEL_NAMES } from "../log/level.ts";
import { STREAM_NAMES } from "../log/line-flags.ts";
import { HOST_PAGE_LINES } from "../log/page-frame.ts";

/** Lines older than the oldest stored one, read from the host's own log and kept nowhere. */

export const olderLogsQuerySchema = z.strictObject({
  lines: z.coerce.number().int().min(1).max(HOST_PAGE_LINES).default(1_000),
  /** `nextCursor` of the page before; without it the page directly in front of the oldest stored line. */
  cursor: z.string().max(4_000).optional(),
});

/** As an NDJSON line, but without a number: only what is stored has one. */
export const hostLineSchema = z.object({
  ts: z.string(),
  stream: z.enum(STREAM_NAMES),
  level: z.enum(LEVEL_NAMES),
  message: z.string(),
  originalBytes: z.exactOptional(z.number().int().min(0)),
  from: z.literal("host"),
});
export type HostLine = z.infer<typeof hostLineSchema>;

export const olderLogsSchema = z.object({
  /** Oldest first. */
  items: z.array(hostLineSchema),
  /** Asks for the page in front of this one; `null` where there is none. */
  nextCursor: z.string().nullable(),
  /** What lies before: perhaps more, nothing (the log begins here), or something that the engine no longer has. */
  end: z.enum(["more", "begins", "gone"]),
});
export type OlderLogs = z.infer<typeof olderLogsSchema>;

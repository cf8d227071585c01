import { z } from "zod";
import type { HostId, HubId, OrgId } from "./ids.ts";
import { CURSOR_TAIL_LINES } from "./log/cursor.ts";
import { HOST_PAGE_LINES } from "./log/page-frame.ts";
import { aliasSchema, base64UrlSchema, dockerIdSchema, idSchema, tsNsSchema } from "./schema.ts";

/** A line by its stamp and `hashText` of its text: the host's own lines have no seq. */
export const lineMarkSchema = z.object({ tsNs: tsNsSchema, hash: z.string().regex(/^[0-9a-f]{16}$/, "16 hex digits") });

export type LineMark = z.infer<typeof lineMarkSchema>;

/** The lines behind which a page ends, oldest first. Several, because stamps and texts repeat. */
export const lineMarksSchema = z.array(lineMarkSchema).max(CURSOR_TAIL_LINES);

/** What the hub signs (purpose `log-read`) when it asks for a page of the engine's own log. */
export const logReadOrderSchema = z.object({
  hubId: idSchema<HubId>(),
  orgId: idSchema<OrgId>(),
  hostId: idSchema<HostId>(),
  sessionNonce: base64UrlSchema(32),
  request: aliasSchema,
  dockerId: dockerIdSchema,
  /** The lines that follow the wanted ones; none: the newest lines are wanted. */
  before: lineMarksSchema,
  maxLines: z.number().int().min(1).max(HOST_PAGE_LINES),
  /** In hub time; an order is worth nothing afterwards. */
  expiresAtNs: tsNsSchema,
});

export type LogReadOrder = z.infer<typeof logReadOrderSchema>;

/** What one hub node asks of another, which holds the agent and signs; `key` names the question for whoever cancels it. */
export const logReadQuestionSchema = logReadOrderSchema
  .pick({ dockerId: true, before: true, maxLines: true })
  .extend({ key: z.string().min(1).max(80) });

export type LogReadQuestion = z.infer<typeof logReadQuestionSchema>;

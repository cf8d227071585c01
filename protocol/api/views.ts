import { z } from "zod";
import type { UserId, ViewId } from "../ids.ts";
import { displayNameSchema, idSchema } from "../schema.ts";

/** Views of the logs that somebody keeps: for themselves, or for everybody of the organization. */

/** Per person and organization. */
export const MOST_VIEWS = 100;

/** The part of the address behind `/logs`, without the question mark; the interface reads it as it reads any address. */
const querySchema = z.string().max(4_000);

/** `GET /api/views`: one's own, and those that others share. */
export const savedViewSchema = z.object({
  viewId: idSchema<ViewId>(),
  name: z.string(),
  query: querySchema,
  /** Everybody of the organization sees it. What it shows each of them is still what they may see. */
  shared: z.boolean(),
  ownerId: idSchema<UserId>(),
  createdAt: z.string(),
});
export type SavedView = z.infer<typeof savedViewSchema>;

/** `POST /api/views` */
export const createViewRequestSchema = z.strictObject({
  name: displayNameSchema,
  query: querySchema,
  shared: z.boolean().default(false),
});
export type CreateViewRequest = z.infer<typeof createViewRequestSchema>;

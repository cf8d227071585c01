import { z } from "zod";
import { ERROR_CODES } from "../errors.ts";

/** RFC 9457 problem document: every HTTP error of the API. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.enum(ERROR_CODES),
  requestId: z.string(),
});

export type Problem = z.infer<typeof problemSchema>;

import { z } from "zod";
import { tsNsSchema } from "../schema.ts";

/** First message on a client socket: who answers, and what time it is there. A changed `version` asks for a reload. */
export const readySchema = z.object({
  type: z.literal("ready"),
  version: z.string(),
  hubTimeNs: tsNsSchema,
});

export type Ready = z.infer<typeof readySchema>;

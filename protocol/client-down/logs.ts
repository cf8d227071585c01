import { z } from "zod";
import type { ContainerId } from "../ids.ts";
import { idSchema } from "../schema.ts";

/** Log lines for a client that asked for `encoding: "json"`; each line as in the public NDJSON format. */
export const logsSchema = z.object({
  type: z.literal("logs"),
  containerId: idSchema<ContainerId>(),
  lines: z.array(z.record(z.string(), z.unknown())),
});

export type Logs = z.infer<typeof logsSchema>;

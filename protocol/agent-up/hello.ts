import { z } from "zod";
import { engineStateSchema, hostPolicySchema, METRICS_BACKENDS, machineSchema } from "../host.ts";
import { base64UrlSchema, intentSchema, tsNsSchema } from "../schema.ts";

/** First message of an agent. The hub answers with a `welcome` signed over `sessionNonce`. */
export const helloSchema = z.object({
  type: z.literal("hello"),
  protocol: z.object({ min: z.number().int().min(1), max: z.number().int().min(1) }),
  agentVersion: z.string().max(64),
  sessionNonce: base64UrlSchema(32),
  machine: machineSchema,
  engine: engineStateSchema,
  metricsBackend: z.enum(METRICS_BACKENDS).nullable(),
  policy: hostPolicySchema.optional(),
  clockNs: tsNsSchema,
  /** The newest audit intent that a command ever brought to this host; `null`: none did. */
  witness: intentSchema.nullable(),
});

export type Hello = z.infer<typeof helloSchema>;

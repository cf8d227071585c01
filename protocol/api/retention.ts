import { z } from "zod";

/** More than any disk has, within what a number holds exactly. */
const bytesSchema = z
  .number()
  .int()
  .min(0)
  .max(2 ** 50);
const daysSchema = z.number().int().min(0).max(36_500);

/** Bounds of an organization's logs; 0 is no bound. */
const boundsSchema = z.object({ days: daysSchema, containerBytes: bytesSchema, orgBytes: bytesSchema });

/**
 * For how long logs are kept. `own` is what the organization has set, `null` where the installation's bound applies; `inForce` is what
 * follows from both.
 */
export const retentionSchema = z.object({
  own: z.object({
    days: daysSchema.nullable(),
    containerBytes: bytesSchema.nullable(),
    orgBytes: bytesSchema.nullable(),
  }),
  inForce: boundsSchema,
});
export type Retention = z.infer<typeof retentionSchema>;

/** What is missing stays; `null` goes back to the installation's bound. */
export const retentionRequestSchema = z.strictObject({
  days: daysSchema.nullable().optional(),
  containerBytes: bytesSchema.nullable().optional(),
  orgBytes: bytesSchema.nullable().optional(),
});
export type RetentionRequest = z.infer<typeof retentionRequestSchema>;

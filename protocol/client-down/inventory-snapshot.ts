import { z } from "zod";
import { containerSchema } from "../container.ts";
import { hostSchema } from "../host.ts";

/** The fleet. Pages share `revision`; `last` completes it and whatever it did not name is gone. */
export const clientInventorySnapshotSchema = z.object({
  type: z.literal("inventory.snapshot"),
  revision: z.number().int().min(0),
  page: z.number().int().min(0),
  last: z.boolean(),
  hosts: z.array(hostSchema),
  containers: z.array(containerSchema),
});

export type ClientInventorySnapshot = z.infer<typeof clientInventorySnapshotSchema>;

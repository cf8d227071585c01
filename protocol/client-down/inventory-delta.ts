import { z } from "zod";
import { containerSchema } from "../container.ts";
import { hostSchema } from "../host.ts";
import type { ContainerId, HostId } from "../ids.ts";
import { idSchema } from "../schema.ts";

/** A change of the fleet; `revision` is one above the last, otherwise the client subscribes again. */
export const clientInventoryDeltaSchema = z.object({
  type: z.literal("inventory.delta"),
  revision: z.number().int().min(1),
  hosts: z.array(hostSchema),
  containers: z.array(containerSchema),
  removedHosts: z.array(idSchema<HostId>()),
  removedContainers: z.array(idSchema<ContainerId>()),
});

export type ClientInventoryDelta = z.infer<typeof clientInventoryDeltaSchema>;

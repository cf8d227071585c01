import { z } from "zod";
import { engineStateSchema } from "../host.ts";

/** The engine was found, lost or refused after `hello`. */
export const engineStatusSchema = z.object({ type: z.literal("engine.status"), engine: engineStateSchema });

export type EngineStatus = z.infer<typeof engineStatusSchema>;

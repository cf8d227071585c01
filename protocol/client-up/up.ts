import { z } from "zod";
import { inventorySubscribeSchema } from "./inventory-subscribe.ts";
import { logFetchSchema } from "./log-fetch.ts";
import { logSubscribeSchema } from "./log-subscribe.ts";
import { logUnsubscribeSchema } from "./log-unsubscribe.ts";
import { metricsSubscribeSchema } from "./metrics-subscribe.ts";
import { metricsUnsubscribeSchema } from "./metrics-unsubscribe.ts";

/** Everything that a browser can say. */
export const clientUpSchema = z.discriminatedUnion("type", [
  logSubscribeSchema,
  logUnsubscribeSchema,
  logFetchSchema,
  metricsSubscribeSchema,
  metricsUnsubscribeSchema,
  inventorySubscribeSchema,
]);

export type ClientUp = z.infer<typeof clientUpSchema>;

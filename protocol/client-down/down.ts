import { z } from "zod";
import { actionUpdateSchema } from "./action-update.ts";
import { clientErrorSchema } from "./error.ts";
import { clientInventoryDeltaSchema } from "./inventory-delta.ts";
import { clientInventorySnapshotSchema } from "./inventory-snapshot.ts";
import { logCommittedSchema } from "./log-committed.ts";
import { logFetchedSchema } from "./log-fetched.ts";
import { logSubscribedSchema } from "./log-subscribed.ts";
import { logsSchema } from "./logs.ts";
import { clientMetricsSchema } from "./metrics.ts";
import { readySchema } from "./ready.ts";
import { skippedSchema } from "./skipped.ts";

/** Everything that the hub can say to a browser in JSON. */
export const clientDownSchema = z.discriminatedUnion("type", [
  readySchema,
  logSubscribedSchema,
  logCommittedSchema,
  logFetchedSchema,
  logsSchema,
  skippedSchema,
  clientMetricsSchema,
  clientInventorySnapshotSchema,
  clientInventoryDeltaSchema,
  actionUpdateSchema,
  clientErrorSchema,
]);

export type ClientDown = z.infer<typeof clientDownSchema>;

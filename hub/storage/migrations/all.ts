import type { Migration } from "kysely/migration";
import type { EngineTraits } from "../engine-traits.ts";
import { first } from "./0001-first.ts";
import { people } from "./0002-people.ts";
import { logRetention } from "./0003-log-retention.ts";
import { savedViews } from "./0004-saved-views.ts";
import { auditWitnesses } from "./0005-audit-witnesses.ts";
import { protection } from "./0006-protection.ts";
import { secondFactors } from "./0007-second-factors.ts";
import { agentKeys } from "./0008-agent-keys.ts";

/** Every migration by its lasting name, in the order of the names. */
export const allMigrations = (traits: EngineTraits): Record<string, Migration> => ({
  "0001-first": first(traits),
  "0002-people": people,
  "0003-log-retention": logRetention,
  "0004-saved-views": savedViews,
  "0005-audit-witnesses": auditWitnesses,
  "0006-protection": protection,
  "0007-second-factors": secondFactors,
  "0008-agent-keys": agentKeys,
});

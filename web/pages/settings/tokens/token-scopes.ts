import type { Me } from "@yardarm/protocol/api/auth";
import type { PermissionRow } from "@yardarm/protocol/api/permissions";
import { refusalOf } from "../../../api/permissions.ts";

/** Scopes that an API token can have, and why some of them are off for this person. */
export type ScopeChoice = {
  readonly permission: string;
  readonly means: string;
  /** `null`: may be given. */
  readonly disabledReason: string | null;
};

/** Only what tokens can have at all; nothing above what the person may do (IDTY-08). */
export const scopeChoices = (me: Me, rows: readonly PermissionRow[]): readonly ScopeChoice[] =>
  rows
    .filter(({ token }) => token === "scope")
    .map(({ permission, means }) => ({
      permission,
      means: means.charAt(0).toUpperCase() + means.slice(1),
      disabledReason: refusalOf(me, permission),
    }));

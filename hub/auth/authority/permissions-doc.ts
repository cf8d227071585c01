import { ROLES } from "@yardarm/protocol/api/auth";
import type { PermissionRow } from "@yardarm/protocol/api/permissions";

const NARROWED: Readonly<Record<PermissionRow["narrowed"], string>> = {
  project: "in their projects",
  filtered: "yes, and sees only theirs",
  never: "no",
};
const TOKEN: Readonly<Record<PermissionRow["token"], string>> = { always: "always", scope: "as a scope", never: "no" };

/** Text of `docs/permissions.md`; a test compares the two. */
export const renderPermissionsDoc = (rows: readonly PermissionRow[]): string =>
  [
    "# Who may do what",
    "",
    "Generated from the table in `hub/auth/authority/permissions.ts`, which decides every request, message and stream; do not edit by hand.",
    "What a role does not list is denied. Each role includes the ones to the right of it.",
    "",
    "*Narrowed*: what remains for a member whose role is limited to projects; the rest of the organization does not exist for",
    "them. *API token*: a token has its scopes as far as its creator may do them at that moment, and never more. An",
    "*administrator of the installation* (first of all who claimed the hub) is no role: it opens no organization's data.",
    "",
    `| permission | may … | ${ROLES.join(" | ")} | narrowed | API token |`,
    `|---|---|${ROLES.map(() => ":-:|").join("")}---|---|`,
    ...rows.map((row) => {
      const roles = ROLES.map((role) => (row.roles.includes(role) ? "✓" : ""));
      const means = row.roles.length === 0 ? `${row.means} (administrators of the installation)` : row.means;
      return `| \`${row.permission}\` | ${means} | ${roles.join(" | ")} | ${NARROWED[row.narrowed]} | ${TOKEN[row.token]} |`;
    }),
    "",
    "Where the table ends, three rules remain. Nobody gives a role above their own, or changes somebody who has one. An",
    "organization keeps at least one owner. A protected container takes `container.override` and its typed name.",
    "",
  ].join("\n");

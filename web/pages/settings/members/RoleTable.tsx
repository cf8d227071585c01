import { useQuery } from "@tanstack/react-query";
import { ROLES } from "@yardarm/protocol/api/auth";
import type { Member } from "@yardarm/protocol/api/members";
import type { PermissionRow } from "@yardarm/protocol/api/permissions";
import { Check, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { permissionsQuery } from "../../../api/people-calls.ts";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { type May, memberMay, ROLE_WORDS } from "./role-words.ts";

const WholeTable = ({ children }: { readonly children: (rows: readonly PermissionRow[]) => ReactNode }) => {
  const permissions = useQuery(permissionsQuery);
  if (permissions.isPending) return <SkeletonRows rows={8} label="Loading permissions" />;
  if (permissions.isError) {
    return <ProblemState error={permissions.error} onRetry={() => void permissions.refetch()} />;
  }
  return children(permissions.data.items);
};

const sentence = (means: string): string => means.charAt(0).toUpperCase() + means.slice(1);

/** What each role may do, as the hub decides it. */
export const RoleTable = () => (
  <WholeTable>
    {(rows) => (
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="What each role may do">
        <table className="w-full border-collapse text-left">
          <thead>
            <tr className="border-line border-b text-muted">
              <th scope="col" className="py-1 pr-3 font-normal">
                May
              </th>
              {ROLES.map((role) => (
                <th key={role} scope="col" className="w-18 whitespace-nowrap px-1 py-1 text-center font-normal">
                  {ROLE_WORDS[role].title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.permission} className="border-line border-b">
                <th scope="row" className="min-w-40 py-1 pr-3 font-normal">
                  {sentence(row.means)}
                  {row.roles.length === 0 ? (
                    <span className="block text-meta text-muted">administrators of this installation only</span>
                  ) : null}
                </th>
                {ROLES.map((role) => (
                  <td key={role} className="px-1 py-1 text-center">
                    <Mark may={row.roles.includes(role) ? "yes" : "no"} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </WholeTable>
);

/** The same for one member, with their projects. */
export const MemberMayList = ({ member }: { readonly member: Member }) => (
  <WholeTable>
    {(rows) => (
      <div
        className="max-h-[60vh] overflow-y-auto"
        tabIndex={0}
        role="region"
        aria-label={`What ${member.name} may do, as a list`}
      >
        <ul className="flex flex-col">
          {rows.map((row) => {
            const may = memberMay(row, member);
            return (
              <li key={row.permission} className="flex items-start gap-2 border-line border-b py-1">
                <span className="mt-0.5">
                  <Mark may={may} />
                </span>
                <span className={may === "yes" || may === "projects" ? "" : "text-muted"}>
                  {sentence(row.means)}
                  {NOTES[may] === null ? null : <span className="block text-meta text-muted">{NOTES[may]}</span>}
                </span>
              </li>
            );
          })}
        </ul>
      </div>
    )}
  </WholeTable>
);

const NOTES: Readonly<Record<May, string | null>> = {
  yes: null,
  projects: "inside their projects",
  no: null,
  instance: "administrators of this installation only",
};

const Mark = ({ may }: { readonly may: May }) =>
  may === "yes" || may === "projects" ? (
    <>
      <Check className="inline size-4 text-ok" aria-hidden="true" />
      <span className="only-read-aloud">yes</span>
    </>
  ) : (
    <>
      <Minus className="inline size-4 text-muted" aria-hidden="true" />
      <span className="only-read-aloud">no</span>
    </>
  );

import { ROLES, type Role } from "@yardarm/protocol/api/auth";
import { roleOf } from "../../../api/permissions.ts";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { useMe } from "../../use-me.ts";
import { mayGive, ROLE_WORDS } from "./role-words.ts";

export type RoleChoiceProps = { readonly value: Role; readonly onChange: (role: Role) => void };

/** One of the four roles, each with what it means. Those above one's own are off. */
export const RoleChoice = ({ value, onChange }: RoleChoiceProps) => {
  const own = roleOf(useMe());
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium">Role</legend>
      {ROLES.map((role) => (
        <Checkbox
          key={role}
          kind="radio"
          name="role"
          isChecked={value === role}
          onChange={() => onChange(role)}
          label={ROLE_WORDS[role].title}
          hint={ROLE_WORDS[role].may}
          disabledReason={mayGive(own, role) ? null : `You are ${own}, and nobody gives a role above their own.`}
        />
      ))}
    </fieldset>
  );
};

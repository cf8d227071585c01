import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { User } from "lucide-react";
import { signOut } from "../../api/calls.ts";
import { errorText } from "../../api/errors.ts";
import { IconButton } from "../../ui/Button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu.tsx";
import { PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";
import { OrgChoice } from "./OrgChoice.tsx";

/** Who is signed in, and the way out. */
export const UserMenu = () => {
  const me = useMe();
  const navigate = useNavigate();
  const leaving = useMutation({
    mutationFn: signOut,
    // A fresh page: nothing of this person's data stays in memory.
    onSuccess: () => location.assign(PATHS.signIn),
  });
  return (
    <Menu trigger={<IconButton label="Account" icon={<User className="size-4" aria-hidden="true" />} />}>
      <div className="px-2 py-1">
        <div className="truncate font-medium">{me.name}</div>
        <div className="truncate text-meta text-muted">{me.email}</div>
      </div>
      <MenuSeparator />
      <OrgChoice />
      <MenuItem onSelect={() => void navigate({ to: PATHS.profile })}>Profile and sessions</MenuItem>
      <MenuItem onSelect={() => leaving.mutate()}>Sign out</MenuItem>
      {leaving.isError ? (
        <p role="alert" className="px-2 py-1 text-danger text-meta">
          {errorText(leaving.error).title}
        </p>
      ) : null}
    </Menu>
  );
};

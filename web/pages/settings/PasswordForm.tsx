import { useMutation, useQueryClient } from "@tanstack/react-query";
import { passwordSchema } from "@yardarm/protocol/api/auth";
import { type FormEvent, useState } from "react";
import { changePassword } from "../../api/account-calls.ts";
import { ApiError } from "../../api/http.ts";
import { sessionsQuery } from "../../api/queries.ts";
import { Button } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Checkbox.tsx";
import { TextField } from "../../ui/Field.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { useMe } from "../use-me.ts";

const EMPTY = { currentPassword: "", newPassword: "", again: "" };

/** Another password for the person who is signed in. */
export const PasswordForm = () => {
  const me = useMe();
  const queryClient = useQueryClient();
  const [fields, setFields] = useState(EMPTY);
  const [endOtherSessions, setEndOtherSessions] = useState(true);
  const changing = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      setFields(EMPTY);
      void queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  const isWrong = changing.error instanceof ApiError && changing.error.code === "unauthenticated";
  const missing = whatIsMissing(fields);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { currentPassword, newPassword } = fields;
    if (missing === null) changing.mutate({ currentPassword, newPassword, endOtherSessions });
  };
  const field = (name: keyof typeof EMPTY) => ({
    name,
    type: "password",
    value: fields[name],
    onChange: (event: { readonly target: { readonly value: string } }) => {
      changing.reset();
      setFields({ ...fields, [name]: event.target.value });
    },
  });
  return (
    <section aria-label="Password" className="flex flex-col gap-2">
      <h2 className="font-semibold text-title">Password</h2>
      <form onSubmit={submit} className="flex max-w-90 flex-col gap-3" noValidate>
        {/* For password managers: whose password it is. */}
        <input type="text" name="email" autoComplete="username" value={me.email} readOnly hidden />
        <TextField
          label="Present password"
          autoComplete="current-password"
          error={isWrong ? "This is not your present password." : null}
          {...field("currentPassword")}
        />
        <TextField
          label="New password"
          hint="12 characters or more."
          autoComplete="new-password"
          {...field("newPassword")}
        />
        <TextField label="New password again" autoComplete="new-password" {...field("again")} />
        <Checkbox
          isChecked={endOtherSessions}
          onChange={setEndOtherSessions}
          label="End my other sessions"
          hint="Whoever else is signed in as you is signed out at once."
        />
        {changing.isError && !isWrong ? <ProblemState error={changing.error} /> : null}
        <div className="flex items-center gap-3">
          <Button type="submit" disabledReason={changing.isPending ? "Changing…" : missing}>
            Change password
          </Button>
          <span role="status" className="text-muted">
            {changing.isSuccess ? "Changed." : ""}
          </span>
        </div>
      </form>
    </section>
  );
};

const whatIsMissing = ({ currentPassword, newPassword, again }: typeof EMPTY): string | null => {
  if (currentPassword === "") return "Enter your present password first.";
  if (!passwordSchema.safeParse(newPassword).success) return "The new password needs 12 to 256 characters.";
  return newPassword === again ? null : "Both new passwords have to be the same.";
};

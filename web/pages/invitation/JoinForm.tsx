import { useMutation } from "@tanstack/react-query";
import { passwordSchema } from "@yardarm/protocol/api/auth";
import { type FormEvent, useState } from "react";
import { joinByInvitation } from "../../api/account-calls.ts";
import { ApiError } from "../../api/http.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { InsecureNote } from "../InsecureNote.tsx";
import { PATHS } from "../paths.ts";
import { SecondFactorStep } from "../sign-in/SecondFactorStep.tsx";
import { DeadEnd } from "./InvitationPage.tsx";

export type JoinFormProps = {
  readonly secret: string;
  readonly email: string;
  /** The address has no account yet. */
  readonly isNew: boolean;
};

/** Comes in with a new account, or by the password of the one that there is. */
export const JoinForm = ({ secret, email, isNew }: JoinFormProps) => {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const joining = useMutation({
    mutationFn: joinByInvitation,
    // A fresh page: whoever used this tab before leaves nothing in memory.
    onSuccess: (needed) => {
      if (needed === null) location.assign(PATHS.fleet);
    },
  });
  const isWrong = joining.error instanceof ApiError && joining.error.code === "unauthenticated";
  const missing = whatIsMissing(isNew, name, password);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing !== null) return;
    joining.mutate({ invitationToken: secret, password, ...(isNew ? { name: name.trim() } : {}) });
  };
  if (joining.data !== undefined && joining.data !== null) {
    const { token } = joining.data.secondFactor;
    return (
      <SecondFactorStep token={token} onEntered={() => location.assign(PATHS.fleet)} onBack={() => joining.reset()} />
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
      {isNew ? null : <p>This address has an account. Its password proves that it is you.</p>}
      {/* For password managers: whose password it is. */}
      <input type="text" name="email" autoComplete="username" value={email} readOnly hidden />
      {isNew ? (
        <TextField
          label="Your name"
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      ) : null}
      <TextField
        label={isNew ? "Choose a password" : "Password"}
        {...(isNew ? { hint: "12 characters or more." } : {})}
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        error={isWrong ? "This is not the password of that account." : null}
        value={password}
        onChange={(event) => {
          joining.reset();
          setPassword(event.target.value);
        }}
      />
      <InsecureNote />
      {joining.isError && !isWrong ? <DeadEnd error={joining.error} /> : null}
      <Button
        type="submit"
        look="primary"
        disabledReason={joining.isPending || joining.isSuccess ? "Accepting…" : missing}
      >
        {isNew ? "Create account and accept" : "Sign in and accept"}
      </Button>
    </form>
  );
};

const whatIsMissing = (isNew: boolean, name: string, password: string): string | null => {
  if (!isNew) return password === "" ? "Enter your password first." : null;
  if (name.trim() === "") return "Enter your name first.";
  return passwordSchema.safeParse(password).success ? null : "The password needs 12 to 256 characters.";
};

import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { passwordSchema } from "@yardarm/protocol/api/auth";
import { type FormEvent, useState } from "react";
import { resetPassword } from "../../api/account-calls.ts";
import { ApiError } from "../../api/http.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { DoorPage } from "../DoorPage.tsx";
import { InsecureNote } from "../InsecureNote.tsx";
import { readSecret } from "../link-secret.ts";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS } from "../paths.ts";
import { useLinkSecret } from "../use-link-secret.ts";
import { useTitle } from "../use-title.ts";

/** A new password, for whoever holds the operator's one-time link. */
export const ResetPasswordPage = () => {
  useTitle("New password");
  const resetting = useMutation({ mutationFn: resetPassword });
  const isSpent =
    resetting.error instanceof ApiError &&
    (resetting.error.code === "token_invalid" || resetting.error.code === "token_expired");
  return (
    <DoorPage title="Set a new password">
      {resetting.isSuccess ? (
        <>
          <p role="status">Your password is changed, and every session of yours has ended.</p>
          <Link to={PATHS.signIn} className="text-accent underline">
            Sign in with the new password
          </Link>
        </>
      ) : (
        <>
          {isSpent ? (
            <p role="alert" className="text-danger">
              {resetting.error instanceof ApiError && resetting.error.code === "token_expired"
                ? "This link has expired."
                : "This link is unknown or was used already."}{" "}
              Ask whoever runs this hub for another one.
            </p>
          ) : null}
          {resetting.isError && !isSpent ? <ProblemState error={resetting.error} /> : null}
          <ResetForm
            isPending={resetting.isPending}
            onSubmit={(resetToken, newPassword) => resetting.mutate({ resetToken, newPassword })}
          />
        </>
      )}
    </DoorPage>
  );
};

type ResetFormProps = {
  readonly isPending: boolean;
  readonly onSubmit: (resetToken: string, newPassword: string) => void;
};

const ResetForm = ({ isPending, onSubmit }: ResetFormProps) => {
  const fromLink = useLinkSecret(PATHS.resetPassword);
  const [pasted, setPasted] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const token = fromLink ?? readSecret(pasted, "token");
  const missing = whatIsMissing(token, password, again);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token !== null && missing === null) onSubmit(token, password);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
      {fromLink === null ? (
        <TextField
          label="Link or token"
          hint="Whoever runs this hub makes it with yardarm user reset-password."
          autoComplete="off"
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
      ) : null}
      <TextField
        label="New password"
        hint="12 characters or more."
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <TextField
        label="New password again"
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.target.value)}
      />
      <InsecureNote />
      <Button type="submit" look="primary" disabledReason={isPending ? "Setting it…" : missing}>
        Set the password
      </Button>
    </form>
  );
};

const whatIsMissing = (token: string | null, password: string, again: string): string | null => {
  if (token === null) return "Paste the link or its token first.";
  if (!passwordSchema.safeParse(password).success) return "The password needs 12 to 256 characters.";
  return password === again ? null : "Both passwords have to be the same.";
};

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { finishSignIn } from "../../api/factor-calls.ts";
import { ApiError } from "../../api/http.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { ProblemState } from "../ProblemState.tsx";

export type SecondFactorStepProps = {
  /** What the first step gave. */
  readonly token: string;
  readonly onEntered: () => Promise<void> | void;
  readonly onBack: () => void;
};

const OVER: readonly unknown[] = ["token_invalid", "token_expired"];

/** The code of an authenticator, or a recovery code. */
export const SecondFactorStep = ({ token, onEntered, onBack }: SecondFactorStepProps) => {
  const [code, setCode] = useState("");
  const field = useRef<HTMLInputElement>(null);
  // The page changed under the person's hands: they go on typing here.
  useEffect(() => field.current?.focus(), []);
  const finishing = useMutation({ mutationFn: finishSignIn, onSuccess: onEntered, onError: () => setCode("") });
  const problem = finishing.error instanceof ApiError ? finishing.error.code : null;
  const isWrong = problem === "unauthenticated";
  const isOver = OVER.includes(problem);
  const missing = code.trim().length < 6 ? "Enter the six digits, or a recovery code, first." : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) finishing.mutate({ token, code: code.trim() });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
      <p>Enter the code that your authenticator shows.</p>
      <TextField
        ref={field}
        label="Code"
        hint="Six digits. Without your authenticator: one of your recovery codes."
        error={isWrong ? "This code is wrong, too old or was used before." : null}
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      {isOver ? (
        <p role="alert" className="text-danger">
          This sign-in is over. Begin again.
        </p>
      ) : null}
      {finishing.isError && !isWrong && !isOver ? <ProblemState error={finishing.error} /> : null}
      <Button type="submit" look="primary" disabledReason={finishing.isPending ? "Signing in…" : missing}>
        {finishing.isPending ? "Signing in…" : "Sign in"}
      </Button>
      <Button look="quiet" onClick={onBack}>
        Back
      </Button>
    </form>
  );
};

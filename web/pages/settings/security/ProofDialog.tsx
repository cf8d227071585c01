import { useMutation } from "@tanstack/react-query";
import type { Factors, Proof } from "@yardarm/protocol/api/second-factors";
import { type FormEvent, type ReactNode, useState } from "react";
import { ApiError } from "../../../api/http.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { useMe } from "../../use-me.ts";

export type ProofDialogProps = {
  readonly title: string;
  readonly children: ReactNode;
  readonly verb: string;
  readonly look?: "primary" | "danger";
  readonly factors: Pick<Factors, "hasPassword" | "totpSince">;
  readonly run: (proof: Proof) => Promise<unknown>;
  /** What the browser said while it ran, for a person. */
  readonly sentenceOf?: (error: unknown) => string | null;
  readonly onClose: () => void;
};

/** Asks who it is before a way of signing in is added or taken away. The caller closes it when `run` is done. */
export const ProofDialog = ({ title, children, verb, look = "primary", ...props }: ProofDialogProps) => {
  const { factors, run, sentenceOf, onClose } = props;
  const me = useMe();
  const [typed, setTyped] = useState("");
  const running = useMutation({ mutationFn: run });
  const asksCode = !factors.hasPassword && factors.totpSince !== null;
  const asks = factors.hasPassword || asksCode;
  const isWrong = asks && running.error instanceof ApiError && running.error.code === "unauthenticated";
  const sentence = running.isError ? (sentenceOf?.(running.error) ?? null) : null;
  const missing = asks && typed === "" ? (asksCode ? "Enter a code first." : "Enter your password first.") : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) running.mutate(asks ? (asksCode ? { code: typed } : { password: typed }) : {});
  };
  return (
    <Dialog isOpen onClose={onClose} title={title} description={children}>
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        {/* For password managers: whose password it is. */}
        <input type="text" name="email" autoComplete="username" value={me.email} readOnly hidden />
        {asks ? (
          <TextField
            label={asksCode ? "Code of your authenticator" : "Your password"}
            type={asksCode ? "text" : "password"}
            autoComplete={asksCode ? "one-time-code" : "current-password"}
            error={
              isWrong ? (asksCode ? "This code is wrong or was used before." : "This is not your password.") : null
            }
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        ) : (
          <p className="text-meta text-muted">This works within ten minutes of signing in.</p>
        )}
        {sentence === null ? null : (
          <p role="alert" className="text-danger">
            {sentence}
          </p>
        )}
        {running.isError && !isWrong && sentence === null ? <ProblemState error={running.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look={look} disabledReason={running.isPending ? "Under way…" : missing}>
            {verb}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

import { useMutation } from "@tanstack/react-query";
import { emailSchema } from "@yardarm/protocol/api/auth";
import { askForPasswordLink } from "../../api/account-calls.ts";
import { Button } from "../../ui/Button.tsx";
import { ProblemState } from "../ProblemState.tsx";

export type ForgottenPasswordProps = {
  /** The operator configured mail. */
  readonly sendsMail: boolean;
  /** What stands in the field for it. */
  readonly email: string;
};

/** The way back in: by mail where the hub sends some, otherwise by whoever runs it. */
export const ForgottenPassword = ({ sendsMail, email }: ForgottenPasswordProps) => (
  <details className="text-meta text-muted">
    <summary>Forgotten the password?</summary>
    {sendsMail ? (
      <MailLink email={email} />
    ) : (
      <>
        Ask whoever runs this hub for a link: they make it with <code>yardarm user reset-password</code>.
      </>
    )}
  </details>
);

const MailLink = ({ email }: { readonly email: string }) => {
  const asking = useMutation({ mutationFn: askForPasswordLink });
  const isAddress = emailSchema.safeParse(email).success;
  const missing = isAddress ? null : "Enter your e-mail address above first.";
  return (
    <div className="flex flex-col items-start gap-2 pt-1">
      <Button
        isSmall
        disabledReason={asking.isPending ? "Asking…" : missing}
        onClick={() => asking.mutate(email.trim())}
      >
        Send me a link
      </Button>
      {asking.isSuccess ? (
        <p role="status">
          If there is an account with this address, a letter with a link is on its way. It works for an hour.
        </p>
      ) : null}
      {asking.isError ? <ProblemState error={asking.error} /> : null}
    </div>
  );
};

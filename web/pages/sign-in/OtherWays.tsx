import { useMutation } from "@tanstack/react-query";
import type { SetupState } from "@yardarm/protocol/api/auth";
import { KeyRound, LogIn } from "lucide-react";
import { askForPasskey, signInWithPasskey, startOidc } from "../../api/factor-calls.ts";
import { ApiError } from "../../api/http.ts";
import { Button } from "../../ui/Button.tsx";
import { ProblemState } from "../ProblemState.tsx";

export type OtherWaysProps = {
  readonly setup: Pick<SetupState, "passkeyHost" | "oidcName">;
  readonly onEntered: () => Promise<void> | void;
};

/** Signing in without a password, as far as the hub is configured for it and this address allows it. */
export const OtherWays = ({ setup: { passkeyHost, oidcName }, onEntered }: OtherWaysProps) => {
  const byPasskey = useMutation({
    mutationFn: async () => {
      const { unlockPasskey } = await import("../passkey-browser.ts");
      await signInWithPasskey(await unlockPasskey(await askForPasskey()));
    },
    onSuccess: onEntered,
  });
  const byProvider = useMutation({
    mutationFn: () => startOidc({}),
    onSuccess: (url) => location.assign(url),
  });
  const hasPasskeys = passkeyHost !== null && passkeyHost === location.hostname && "PublicKeyCredential" in window;
  if (!hasPasskeys && oidcName === null) return null;
  return (
    <div className="flex flex-col gap-2 border-line border-t pt-4">
      {hasPasskeys ? (
        <Button
          icon={<KeyRound className="size-4" aria-hidden="true" />}
          disabledReason={byPasskey.isPending ? "Waiting for your passkey…" : null}
          onClick={() => byPasskey.mutate()}
        >
          Sign in with a passkey
        </Button>
      ) : null}
      {byPasskey.isError ? <PasskeyProblem error={byPasskey.error} /> : null}
      {oidcName === null ? null : (
        <Button
          icon={<LogIn className="size-4" aria-hidden="true" />}
          disabledReason={byProvider.isPending ? "Asking the provider…" : null}
          onClick={() => byProvider.mutate()}
        >
          <span className="truncate">Sign in with {oidcName}</span>
        </Button>
      )}
      {byProvider.isError ? <ProblemState error={byProvider.error} /> : null}
    </div>
  );
};

const PasskeyProblem = ({ error }: { readonly error: Error }) => {
  if (!(error instanceof ApiError)) {
    return (
      <p role="alert" className="text-danger">
        Nothing was done: it was cancelled, took too long, or this browser has no passkey for this hub.
      </p>
    );
  }
  if (error.code !== "unauthenticated") return <ProblemState error={error} />;
  return (
    <p role="alert" className="text-danger">
      This passkey was not accepted. Try again, or sign in another way.
    </p>
  );
};

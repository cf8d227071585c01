import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { type SetupState, signInRequestSchema } from "@yardarm/protocol/api/auth";
import { type FormEvent, useState } from "react";
import { signIn } from "../../api/calls.ts";
import { ApiError } from "../../api/http.ts";
import { meQuery, setupQuery } from "../../api/queries.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { DoorPage } from "../DoorPage.tsx";
import { InsecureNote } from "../InsecureNote.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS, safeNext } from "../paths.ts";
import { useLinkSecret } from "../use-link-secret.ts";
import { useTitle } from "../use-title.ts";
import { ForgottenPassword } from "./ForgottenPassword.tsx";
import { OidcNotice } from "./OidcNotice.tsx";
import { OtherWays } from "./OtherWays.tsx";
import { SecondFactorStep } from "./SecondFactorStep.tsx";

const route = getRouteApi("/sign-in");

/** E-mail and password, and whatever else the hub offers. Whatever is wrong with the first, the answer is the same. */
export const SignInPage = () => {
  useTitle("Sign in");
  const { next, oidc } = route.useSearch();
  const [pending, setPending] = useState(useLinkSecret(PATHS.signIn));
  const router = useRouter();
  const queryClient = useQueryClient();
  const { data: setup } = useQuery(setupQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = async (): Promise<void> => {
    // Nothing that an earlier person of this tab was shown stays in memory.
    queryClient.clear();
    await queryClient.fetchQuery(meQuery);
    router.history.replace(safeNext(next));
  };
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: async (needed) => {
      if (needed === null) return enter();
      setPassword("");
      setPending(needed.secondFactor.token);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    entering.mutate({ email: email.trim(), password });
  };
  const isRefused = entering.error instanceof ApiError && entering.error.code === "unauthenticated";
  const isComplete = signInRequestSchema.safeParse({ email, password }).success;
  if (pending !== null) {
    return (
      <DoorPage title="Sign in">
        <SecondFactorStep token={pending} onEntered={enter} onBack={() => setPending(null)} />
      </DoorPage>
    );
  }
  return (
    <DoorPage title="Sign in">
      <OidcNotice outcome={oidc} />
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <TextField
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <InsecureNote />
        {isRefused ? (
          <p role="alert" className="text-danger">
            E-mail and password do not match.
          </p>
        ) : null}
        {entering.isError && !isRefused ? <ProblemState error={entering.error} /> : null}
        <Button
          type="submit"
          look="primary"
          disabledReason={
            entering.isPending
              ? "Signing in…"
              : isComplete
                ? null
                : "Enter your e-mail address and your password first."
          }
        >
          {entering.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
      {setup === undefined ? null : <MoreWays setup={setup} email={email} onEntered={enter} />}
    </DoorPage>
  );
};

type MoreWaysProps = {
  readonly setup: SetupState;
  readonly email: string;
  readonly onEntered: () => Promise<void>;
};

/** What else this hub offers; all at once when that is known, so that nothing moves. */
const MoreWays = ({ setup, email, onEntered }: MoreWaysProps) => (
  <>
    <OtherWays setup={setup} onEntered={onEntered} />
    {setup.openSignUp ? (
      <p className="text-meta text-muted">
        New here?{" "}
        <Link to={PATHS.signUp} className="text-accent underline">
          Sign up
        </Link>
      </p>
    ) : null}
    <ForgottenPassword sendsMail={setup.sendsMail} email={email} />
    {setup.claimed ? null : (
      <p className="text-meta text-muted">
        Nobody has claimed this hub yet. Open the setup link from its log, or{" "}
        <Link to={PATHS.setup} className="text-accent underline">
          paste its token
        </Link>
        .
      </p>
    )}
  </>
);

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { signUp } from "../../api/calls.ts";
import { meQuery, setupQuery } from "../../api/queries.ts";
import { Button } from "../../ui/Button.tsx";
import { SkeletonBlock } from "../../ui/Skeleton.tsx";
import { DoorPage } from "../DoorPage.tsx";
import { InsecureNote } from "../InsecureNote.tsx";
import { missingOfOwner, NOBODY, OwnerFields, tidyOwner } from "../OwnerFields.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS } from "../paths.ts";
import { useTitle } from "../use-title.ts";

/** A new account with an organization of its own, where the operator lets anybody have one. */
export const SignUpPage = () => {
  useTitle("Sign up");
  const setup = useQuery(setupQuery);
  return (
    <DoorPage title="Sign up">
      {setup.isPending ? <SkeletonBlock className="h-60" label="Asking the hub" /> : null}
      {setup.isError ? <ProblemState error={setup.error} onRetry={() => void setup.refetch()} /> : null}
      {setup.data?.openSignUp === true ? <SignUpForm /> : null}
      {setup.data?.openSignUp === false ? (
        <p>People come in here by invitation. Ask an owner or admin of your organization for a link.</p>
      ) : null}
      <Link to={PATHS.signIn} className="text-accent underline">
        Sign in instead
      </Link>
    </DoorPage>
  );
};

const SignUpForm = () => {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [owner, setOwner] = useState(NOBODY);
  const entering = useMutation({
    mutationFn: signUp,
    onSuccess: async () => {
      await queryClient.resetQueries({ queryKey: meQuery.queryKey });
      router.history.replace(PATHS.fleet);
    },
  });
  const missing = missingOfOwner(owner);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) entering.mutate(tidyOwner(owner));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
      <OwnerFields owner={owner} onChange={setOwner} />
      <InsecureNote />
      {entering.isError ? <ProblemState error={entering.error} /> : null}
      <Button type="submit" look="primary" disabledReason={entering.isPending ? "Signing up…" : missing}>
        Create account and organization
      </Button>
    </form>
  );
};

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { signUp } from "../../api/calls.ts";
import { meQuery, setupQuery } from "../../api/queries.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { SkeletonBlock } from "../../ui/Skeleton.tsx";
import { DoorPage } from "../DoorPage.tsx";
import { InsecureNote } from "../InsecureNote.tsx";
import { readSecret } from "../link-secret.ts";
import { missingOfOwner, NOBODY, OwnerFields, tidyOwner } from "../OwnerFields.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS } from "../paths.ts";
import { useLinkSecret } from "../use-link-secret.ts";
import { useTitle } from "../use-title.ts";

/** The first run: whoever holds the setup link becomes the owner of the first organization. */
export const SetupPage = () => {
  useTitle("Set up");
  const setup = useQuery(setupQuery);
  return (
    <DoorPage title="Set up Yardarm">
      {setup.isPending ? <SkeletonBlock className="h-60" label="Asking the hub" /> : null}
      {setup.isError ? <ProblemState error={setup.error} onRetry={() => void setup.refetch()} /> : null}
      {setup.data?.claimed === true ? (
        <p>
          This hub has an owner already.{" "}
          <Link to={PATHS.signIn} className="text-accent underline">
            Sign in
          </Link>
        </p>
      ) : null}
      {setup.data?.claimed === false ? <ClaimForm /> : null}
    </DoorPage>
  );
};

const ClaimForm = () => {
  const setupToken = useLinkSecret(PATHS.setup);
  const router = useRouter();
  const queryClient = useQueryClient();
  const [pasted, setPasted] = useState("");
  const [owner, setOwner] = useState(NOBODY);
  const claiming = useMutation({
    mutationFn: signUp,
    onSuccess: async () => {
      await queryClient.resetQueries({ queryKey: setupQuery.queryKey });
      await queryClient.resetQueries({ queryKey: meQuery.queryKey });
      router.history.replace(PATHS.fleet);
    },
  });
  const token = setupToken ?? readSecret(pasted, "token");
  const missing = token === null ? "Paste the setup link or token first." : missingOfOwner(owner);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token !== null && missing === null) {
      claiming.mutate({ setupToken: token, ...tidyOwner(owner) });
    }
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
      {setupToken === null ? (
        <TextField
          label="Setup link or token"
          hint="The hub prints it in its log when it starts for the first time."
          autoComplete="off"
          required
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
      ) : null}
      <OwnerFields owner={owner} onChange={setOwner} />
      <InsecureNote />
      {claiming.isError ? <ProblemState error={claiming.error} /> : null}
      <Button type="submit" look="primary" disabledReason={claiming.isPending ? "Setting up…" : missing}>
        {claiming.isPending ? "Setting up…" : "Create owner and organization"}
      </Button>
    </form>
  );
};

/** The first thing that still stands in the way, as a sentence; `null` when all is there. */

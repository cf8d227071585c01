import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { emailSchema, passwordSchema } from "@yardarm/protocol/api/auth";
import { type FormEvent, useState } from "react";
import { signUp } from "../../api/calls.ts";
import { meQuery, setupQuery } from "../../api/queries.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { SkeletonBlock } from "../../ui/Skeleton.tsx";
import { DoorPage } from "../DoorPage.tsx";
import { InsecureNote } from "../InsecureNote.tsx";
import { readSecret } from "../link-secret.ts";
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

const EMPTY = { name: "", email: "", password: "", orgName: "" };

const ClaimForm = () => {
  const setupToken = useLinkSecret(PATHS.setup);
  const router = useRouter();
  const queryClient = useQueryClient();
  const [pasted, setPasted] = useState("");
  const [fields, setFields] = useState(EMPTY);
  const claiming = useMutation({
    mutationFn: signUp,
    onSuccess: async () => {
      await queryClient.resetQueries({ queryKey: setupQuery.queryKey });
      await queryClient.resetQueries({ queryKey: meQuery.queryKey });
      router.history.replace(PATHS.fleet);
    },
  });
  const token = setupToken ?? readSecret(pasted, "token");
  const missing = whatIsMissing(token, fields);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token !== null && missing === null) {
      claiming.mutate({ setupToken: token, ...fields, name: fields.name.trim(), orgName: fields.orgName.trim() });
    }
  };
  const field = (name: keyof typeof EMPTY) => ({
    name,
    required: true,
    value: fields[name],
    onChange: (event: { readonly target: { readonly value: string } }) =>
      setFields({ ...fields, [name]: event.target.value }),
  });
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
      <TextField label="Your name" autoComplete="name" {...field("name")} />
      <TextField label="E-mail" type="email" autoComplete="username" {...field("email")} />
      <TextField
        label="Password"
        hint="12 characters or more."
        type="password"
        autoComplete="new-password"
        {...field("password")}
      />
      <TextField
        label="Organization"
        hint="Whose hosts these are: your company, team or just your name. It can be renamed."
        autoComplete="organization"
        {...field("orgName")}
      />
      <InsecureNote />
      {claiming.isError ? <ProblemState error={claiming.error} /> : null}
      <Button type="submit" look="primary" disabledReason={claiming.isPending ? "Setting up…" : missing}>
        {claiming.isPending ? "Setting up…" : "Create owner and organization"}
      </Button>
    </form>
  );
};

/** The first thing that still stands in the way, as a sentence; `null` when all is there. */
const whatIsMissing = (token: string | null, fields: typeof EMPTY): string | null => {
  if (token === null) return "Paste the setup link or token first.";
  if (fields.name.trim() === "") return "Enter your name.";
  if (!emailSchema.safeParse(fields.email).success) return "Enter an e-mail address.";
  if (!passwordSchema.safeParse(fields.password).success) return "The password needs 12 characters or more.";
  return fields.orgName.trim() === "" ? "Name the organization." : null;
};

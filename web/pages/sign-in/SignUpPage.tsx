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

const EMPTY = { name: "", email: "", password: "", orgName: "" };

const SignUpForm = () => {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [fields, setFields] = useState(EMPTY);
  const entering = useMutation({
    mutationFn: signUp,
    onSuccess: async () => {
      await queryClient.resetQueries({ queryKey: meQuery.queryKey });
      router.history.replace(PATHS.fleet);
    },
  });
  const missing = whatIsMissing(fields);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) entering.mutate({ ...fields, name: fields.name.trim(), orgName: fields.orgName.trim() });
  };
  const field = (name: keyof typeof EMPTY) => ({
    name,
    value: fields[name],
    onChange: (event: { readonly target: { readonly value: string } }) =>
      setFields({ ...fields, [name]: event.target.value }),
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
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
      {entering.isError ? <ProblemState error={entering.error} /> : null}
      <Button type="submit" look="primary" disabledReason={entering.isPending ? "Signing up…" : missing}>
        Create account and organization
      </Button>
    </form>
  );
};

const whatIsMissing = (fields: typeof EMPTY): string | null => {
  if (fields.name.trim() === "") return "Enter your name.";
  if (!emailSchema.safeParse(fields.email).success) return "Enter an e-mail address.";
  if (!passwordSchema.safeParse(fields.password).success) return "The password needs 12 characters or more.";
  return fields.orgName.trim() === "" ? "Name the organization." : null;
};

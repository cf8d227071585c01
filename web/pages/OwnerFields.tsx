import { emailSchema, passwordSchema } from "@yardarm/protocol/api/auth";
import { TextField } from "../ui/Field.tsx";

/** Whoever makes an account together with an organization of its own: at the first run, and where anybody may sign up. */
export type Owner = {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly orgName: string;
};

export const NOBODY: Owner = { name: "", email: "", password: "", orgName: "" };

/** What has to be entered before the form can be sent; `null`: nothing. */
export const missingOfOwner = ({ name, email, password, orgName }: Owner): string | null => {
  if (name.trim() === "") return "Enter your name.";
  if (!emailSchema.safeParse(email).success) return "Enter an e-mail address.";
  if (!passwordSchema.safeParse(password).success) return "The password needs 12 characters or more.";
  return orgName.trim() === "" ? "Name the organization." : null;
};

/** As the hub takes it. */
export const tidyOwner = (owner: Owner): Owner => ({
  ...owner,
  name: owner.name.trim(),
  orgName: owner.orgName.trim(),
});

export type OwnerFieldsProps = { readonly owner: Owner; readonly onChange: (owner: Owner) => void };

export const OwnerFields = ({ owner, onChange }: OwnerFieldsProps) => {
  const field = (name: keyof Owner) => ({
    name,
    required: true,
    value: owner[name],
    onChange: (event: { readonly target: { readonly value: string } }) =>
      onChange({ ...owner, [name]: event.target.value }),
  });
  return (
    <>
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
    </>
  );
};

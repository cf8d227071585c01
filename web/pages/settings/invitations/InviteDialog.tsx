import { useMutation, useQueryClient } from "@tanstack/react-query";
import { emailSchema, type Role } from "@yardarm/protocol/api/auth";
import type { CreateInvitationResponse } from "@yardarm/protocol/api/invitations";
import type { ProjectId } from "@yardarm/protocol/ids";
import { type FormEvent, useState } from "react";
import { createInvitation, invitationsQuery } from "../../../api/people-calls.ts";
import { formatMoment } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { ProjectChoice } from "../members/ProjectChoice.tsx";
import { RoleChoice } from "../members/RoleChoice.tsx";
import { ROLE_WORDS } from "../members/role-words.ts";
import { SecretOnce } from "../SecretOnce.tsx";

/** Who is asked in, and as what; then the link, a single time. */
export const InviteDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [created, setCreated] = useState<CreateInvitationResponse | null>(null);
  if (created === null) return <InviteForm onClose={onClose} onCreated={setCreated} />;
  const { email, role, expiresAt } = created.invitation;
  return (
    <Dialog isOpen isWide onClose={onClose} title={`Invitation of ${email}`}>
      <SecretOnce label="Invitation link" secret={created.link} onClose={onClose}>
        {`${MAIL_WORDS[created.mail](email)}Give this link to ${email} alone: whoever opens it first becomes ${ROLE_WORDS[role].title.toLowerCase()} here. It works once, until ${formatMoment(Date.parse(expiresAt))}.`}
      </SecretOnce>
    </Dialog>
  );
};

const MAIL_WORDS: Readonly<Record<CreateInvitationResponse["mail"], (email: string) => string>> = {
  sent: (email) => `It was sent to ${email}. If it does not arrive: `,
  failed: () => "It could not be sent by e-mail. ",
  off: () => "",
};

type InviteFormProps = {
  readonly onClose: () => void;
  readonly onCreated: (created: CreateInvitationResponse) => void;
};

const InviteForm = ({ onClose, onCreated }: InviteFormProps) => {
  const queryClient = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [chosen, setChosen] = useState<readonly ProjectId[] | null>(null);
  const projects = role === "owner" ? null : chosen;
  const inviting = useMutation({
    mutationFn: createInvitation,
    onSuccess: (created) => {
      void queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey });
      onCreated(created);
    },
  });
  const missing = emailSchema.safeParse(email).success
    ? projects?.length === 0
      ? "Choose at least one project."
      : null
    : "Enter the e-mail address first.";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) inviting.mutate({ email, role, projects: projects === null ? null : [...projects] });
  };
  return (
    <Dialog isOpen onClose={onClose} title="Invite somebody">
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <TextField
          label="E-mail"
          hint="Only an account with this address can accept. An earlier invitation of it stops working."
          type="email"
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <RoleChoice value={role} onChange={setRole} />
        <ProjectChoice role={role} value={projects} onChange={setChosen} />
        {inviting.isError ? <ProblemState error={inviting.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={inviting.isPending ? "Inviting…" : missing}>
            Make the link
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

import { useMutation } from "@tanstack/react-query";
import type { Role } from "@yardarm/protocol/api/auth";
import type { Member } from "@yardarm/protocol/api/members";
import type { ProjectId } from "@yardarm/protocol/ids";
import { type FormEvent, useState } from "react";
import { changeMember } from "../../../api/people-calls.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { ProjectChoice } from "./ProjectChoice.tsx";
import { RoleChoice } from "./RoleChoice.tsx";

export type MemberDialogProps = {
  readonly member: Member;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

/** A member's role, and how far it reaches. */
export const MemberDialog = ({ member, onClose, onDone }: MemberDialogProps) => {
  const [role, setRole] = useState<Role>(member.role);
  const [chosen, setChosen] = useState<readonly ProjectId[] | null>(member.projects);
  const projects = role === "owner" ? null : chosen;
  const saving = useMutation({
    mutationFn: () => changeMember(member.userId, { role, projects: projects === null ? null : [...projects] }),
    onSuccess: () => {
      onClose();
      onDone();
    },
  });
  const missing = projects?.length === 0 ? "Choose at least one project." : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) saving.mutate();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Change ${member.name}`}
      description="It takes effect at once, also on pages that they have open."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <RoleChoice value={role} onChange={setRole} />
        <ProjectChoice role={role} value={projects} onChange={setChosen} />
        {saving.isError ? <ProblemState error={saving.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={saving.isPending ? "Saving…" : missing}>
            Save
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

import { useMutation, useQuery } from "@tanstack/react-query";
import { createProtectionRuleSchema } from "@yardarm/protocol/api/protection";
import type { ProjectId } from "@yardarm/protocol/ids";
import { PROTECTION_SCOPES, type ProtectionMatch, type ProtectionRule } from "@yardarm/protocol/protection-schema";
import { type FormEvent, useState } from "react";
import { projectsQuery } from "../../../api/org-calls.ts";
import { changeProtectionRule, createProtectionRule } from "../../../api/protection-calls.ts";
import { Button } from "../../../ui/Button.tsx";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { Select } from "../../../ui/Select.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { MatchedContainers } from "./MatchedContainers.tsx";
import { saysAnything } from "./matched.ts";
import { PATTERN_FIELDS, type PatternField, SCOPE_WORDS } from "./rule-words.ts";

export type RuleDialogProps = {
  /** The rule to change; `null` makes one. */
  readonly rule: ProtectionRule | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

const FIELDS: Readonly<Record<PatternField, { readonly label: string; readonly placeholder: string }>> = {
  name: { label: "Name", placeholder: "db-*" },
  image: { label: "Image", placeholder: "postgres:*" },
  label: { label: "Label", placeholder: "tier=data, or just tier" },
  composeProject: { label: "Compose project", placeholder: "shop" },
};

const NOTHING: ProtectionMatch = { name: null, image: null, label: null, composeProject: null, projectId: null };

/** Makes or changes a rule, and shows what it matches while it is typed. */
export const RuleDialog = ({ rule, onClose, onDone }: RuleDialogProps) => {
  const [match, setMatch] = useState(rule?.match ?? NOTHING);
  const [scope, setScope] = useState<ProtectionRule["scope"]>(rule?.scope ?? "all");
  const [note, setNote] = useState(rule?.note ?? "");
  const saving = useMutation({
    mutationFn: () => {
      const body = { match, scope, note: note.trim() };
      return rule === null ? createProtectionRule(body) : changeProtectionRule(rule.ruleId, body);
    },
    onSuccess: () => {
      onClose();
      onDone();
    },
  });
  const missing = saving.isPending
    ? "Saving…"
    : !saysAnything(match)
      ? "Say what the rule protects first."
      : createProtectionRuleSchema.safeParse({ match, scope, note }).success
        ? null
        : "Each field takes one line of at most 200 visible characters.";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) saving.mutate();
  };
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title={rule === null ? "New protection rule" : "Change the protection rule"}
      description="A container is protected when everything that is filled in fits it. An asterisk stands for any characters."
    >
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <div className="grid gap-3 phone:grid-cols-2">
          {PATTERN_FIELDS.map((field) => (
            <TextField
              key={field}
              label={FIELDS[field].label}
              placeholder={FIELDS[field].placeholder}
              autoComplete="off"
              spellCheck={false}
              value={match[field] ?? ""}
              onChange={({ target: { value } }) => setMatch({ ...match, [field]: value === "" ? null : value })}
            />
          ))}
        </div>
        <ProjectSelect value={match.projectId} onChange={(projectId) => setMatch({ ...match, projectId })} />
        <MatchedContainers match={match} />
        <fieldset className="flex flex-col">
          <legend className="font-medium">Only admins may</legend>
          {PROTECTION_SCOPES.toReversed().map((value) => (
            <Checkbox
              key={value}
              kind="radio"
              name="scope"
              isChecked={scope === value}
              onChange={() => setScope(value)}
              label={SCOPE_WORDS[value]}
            />
          ))}
        </fieldset>
        <TextField
          label="Note"
          hint="Told to whoever meets the rule: why it is there, or whom to ask."
          autoComplete="off"
          maxLength={200}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        {saving.isError ? <ProblemState error={saving.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={missing}>
            {rule === null ? "Create rule" : "Save rule"}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

const ANY = "any";

const ProjectSelect = ({
  value,
  onChange,
}: {
  readonly value: ProjectId | null;
  readonly onChange: (projectId: ProjectId | null) => void;
}) => {
  const projects = useQuery(projectsQuery);
  const known = projects.data?.items.map(({ projectId, name }) => ({ value: projectId as string, label: name })) ?? [];
  // A rule can outlive what this page knows of its project.
  const own = value === null || known.some((project) => project.value === value) ? [] : [{ value, label: value }];
  return (
    <div>
      <Select
        label="Project"
        value={value ?? ANY}
        options={[{ value: ANY, label: "Any" }, ...known, ...own]}
        onChange={(next) => onChange(next === ANY ? null : (next as ProjectId))}
      />
    </div>
  );
};

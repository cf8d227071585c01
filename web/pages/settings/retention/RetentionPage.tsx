import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Retention } from "@yardarm/protocol/api/retention";
import { type FormEvent, useState } from "react";
import { changeRetention, retentionQuery } from "../../../api/org-calls.ts";
import { refusalOf } from "../../../api/permissions.ts";
import { Button } from "../../../ui/Button.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { SkeletonBlock } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { useMe } from "../../use-me.ts";
import { useTitle } from "../../use-title.ts";
import { PageHead } from "../PageHead.tsx";
import { fieldsOf, inForceWords, parseBytes, parseDays, type RetentionFields, requestOf } from "./retention-words.ts";

/** For how long the hub keeps log lines. */
export const RetentionPage = () => {
  useTitle("Log retention", "Settings");
  const retention = useQuery(retentionQuery);
  return (
    <div className="flex max-w-180 flex-col gap-4">
      <PageHead title="Log retention">
        The hub keeps a copy of every log line until one of these bounds is reached. What the host keeps itself is not
        touched.
      </PageHead>
      {retention.isPending ? <SkeletonBlock className="h-60" label="Loading retention" /> : null}
      {retention.isError ? <ProblemState error={retention.error} onRetry={() => void retention.refetch()} /> : null}
      {retention.data === undefined ? null : (
        <>
          <section aria-label="In force" className="flex flex-col gap-1">
            <h2 className="font-semibold text-title">In force now</h2>
            <ul className="list-inside list-disc">
              {inForceWords(retention.data).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </section>
          <RetentionForm retention={retention.data} />
        </>
      )}
    </div>
  );
};

const whyOf = (parsed: { readonly ok: boolean; readonly why?: string }): string | null => parsed.why ?? null;

const RetentionForm = ({ retention }: { readonly retention: Retention }) => {
  const refusal = refusalOf(useMe(), "retention.manage");
  const queryClient = useQueryClient();
  const [fields, setFields] = useState<RetentionFields>(fieldsOf(retention));
  const saving = useMutation({
    mutationFn: changeRetention,
    onSuccess: (changed) => {
      queryClient.setQueryData(retentionQuery.queryKey, changed);
      setFields(fieldsOf(changed));
    },
  });
  const wanted = requestOf(fields);
  const kept = fieldsOf(retention);
  const isSame =
    fields.days === kept.days && fields.containerBytes === kept.containerBytes && fields.orgBytes === kept.orgBytes;
  const reason =
    refusal ?? (saving.isPending ? "Saving…" : wanted.ok ? (isSame ? "Nothing was changed." : null) : wanted.why);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason === null && wanted.ok) saving.mutate(wanted.value);
  };
  const field = (name: keyof RetentionFields) => ({
    name,
    autoComplete: "off",
    readOnly: refusal !== null,
    value: fields[name],
    onChange: (event: { readonly target: { readonly value: string } }) => {
      saving.reset();
      setFields({ ...fields, [name]: event.target.value });
    },
  });
  return (
    <form onSubmit={submit} aria-label="Own bounds" className="flex max-w-90 flex-col gap-3" noValidate>
      <h2 className="font-semibold text-title">This organization's own bounds</h2>
      <p className="text-muted">
        An empty field goes with the installation; 0 is no bound. What the hub keeps of all organizations together may
        be bounded as well.
      </p>
      <TextField
        label="Days"
        hint="For example 14."
        inputMode="numeric"
        error={whyOf(parseDays(fields.days))}
        {...field("days")}
      />
      <TextField
        label="Of one container"
        hint="For example 500 MiB."
        error={whyOf(parseBytes(fields.containerBytes))}
        {...field("containerBytes")}
      />
      <TextField
        label="Of all containers together"
        hint="For example 20 GiB."
        error={whyOf(parseBytes(fields.orgBytes))}
        {...field("orgBytes")}
      />
      <p className="text-meta text-muted">Lines beyond a smaller bound are deleted within seconds, and stay deleted.</p>
      {saving.isError ? <ProblemState error={saving.error} /> : null}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" disabledReason={reason}>
          Save
        </Button>
        <span role="status" className="text-muted">
          {saving.isSuccess ? "Saved." : ""}
        </span>
      </div>
    </form>
  );
};

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CreateTokenResponse } from "@yardarm/protocol/api/tokens";
import { API_TOKEN_DAYS, API_TOKEN_MAX_DAYS } from "@yardarm/protocol/limits";
import { type FormEvent, useState } from "react";
import { createToken, permissionsQuery, tokensQuery } from "../../../api/people-calls.ts";
import { formatMoment } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { Select } from "../../../ui/Select.tsx";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { useMe } from "../../use-me.ts";
import { SecretOnce } from "../SecretOnce.tsx";
import { scopeChoices } from "./token-scopes.ts";

const LIFETIMES = [7, 30, API_TOKEN_DAYS, API_TOKEN_MAX_DAYS].map((days) => ({
  value: String(days),
  label: `${days} days`,
}));

/** What a token may do and for how long; then the token itself, a single time. */
export const TokenDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [created, setCreated] = useState<CreateTokenResponse | null>(null);
  if (created === null) return <TokenForm onClose={onClose} onCreated={setCreated} />;
  const { name, expiresAt } = created.token;
  return (
    <Dialog isOpen isWide onClose={onClose} title={`API token ${name}`}>
      <SecretOnce label="API token" secret={created.secret} onClose={onClose}>
        {`Send it as “Authorization: Bearer …”, never in an address. It works until ${formatMoment(Date.parse(expiresAt))}.`}
      </SecretOnce>
    </Dialog>
  );
};

type TokenFormProps = { readonly onClose: () => void; readonly onCreated: (created: CreateTokenResponse) => void };

const TokenForm = ({ onClose, onCreated }: TokenFormProps) => {
  const me = useMe();
  const queryClient = useQueryClient();
  const permissions = useQuery(permissionsQuery);
  const [name, setName] = useState("");
  const [days, setDays] = useState(String(API_TOKEN_DAYS));
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const making = useMutation({
    mutationFn: createToken,
    onSuccess: (created) => {
      void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onCreated(created);
    },
  });
  const missing =
    name.trim() === "" ? "Name the token first." : scopes.length === 0 ? "Choose at least one scope." : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) making.mutate({ name: name.trim(), scopes: [...scopes], days: Number(days) });
  };
  return (
    <Dialog isOpen onClose={onClose} title="New API token">
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <TextField
          label="Name"
          hint="What uses it, for example backup script."
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div>
          <Select label="Works for" value={days} options={LIFETIMES} onChange={setDays} />
        </div>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 font-medium">It may</legend>
          {permissions.isPending ? <SkeletonRows rows={6} label="Loading scopes" /> : null}
          {permissions.isError ? (
            <ProblemState error={permissions.error} onRetry={() => void permissions.refetch()} />
          ) : null}
          {scopeChoices(me, permissions.data?.items ?? []).map(({ permission, means, disabledReason }) => (
            <Checkbox
              key={permission}
              isChecked={scopes.includes(permission)}
              onChange={(isChecked) =>
                setScopes(isChecked ? [...scopes, permission] : scopes.filter((scope) => scope !== permission))
              }
              label={means}
              disabledReason={disabledReason}
            />
          ))}
        </fieldset>
        {making.isError ? <ProblemState error={making.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={making.isPending ? "Making it…" : missing}>
            Make the token
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

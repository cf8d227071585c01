import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { InvitationOffer } from "@yardarm/protocol/api/invitations";
import { LogIn } from "lucide-react";
import { useState } from "react";
import { acceptInvitation, lookAtInvitation } from "../../api/account-calls.ts";
import { signOut } from "../../api/calls.ts";
import { startOidc } from "../../api/factor-calls.ts";
import { ApiError } from "../../api/http.ts";
import { meQuery, setupQuery } from "../../api/queries.ts";
import { switchOrg } from "../../api/switch-org.ts";
import { formatMoment } from "../../format/time.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { SkeletonBlock } from "../../ui/Skeleton.tsx";
import { DoorPage } from "../DoorPage.tsx";
import { readSecret } from "../link-secret.ts";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS } from "../paths.ts";
import { useLinkSecret } from "../use-link-secret.ts";
import { useTitle } from "../use-title.ts";
import { deadEnd, wayIn } from "./invitation-state.ts";
import { JoinForm } from "./JoinForm.tsx";

/** Coming in by the link of an invitation. */
export const InvitationPage = () => {
  useTitle("Invitation");
  const fromLink = useLinkSecret(PATHS.join);
  const [pasted, setPasted] = useState("");
  const secret = fromLink ?? readSecret(pasted, "invitation");
  return (
    <DoorPage title="Invitation">
      {fromLink === null ? (
        <TextField
          label="Invitation link"
          hint="Open the link that you were given, or paste it here."
          autoComplete="off"
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
      ) : null}
      {secret === null ? null : <Offer key={secret} secret={secret} />}
    </DoorPage>
  );
};

/** Whether somebody is signed in here; nobody is no error. */
const useMaybeMe = () => {
  const me = useQuery(meQuery);
  const isNobody = me.error instanceof ApiError && me.error.code === "unauthenticated";
  return { me: isNobody ? null : (me.data ?? null), isPending: me.isPending, error: isNobody ? null : me.error };
};

const Offer = ({ secret }: { readonly secret: string }) => {
  // The key does not carry the secret: what React Query keeps may be shown by tools.
  const look = useQuery({
    queryKey: ["invitation-offer"],
    queryFn: ({ signal }) => lookAtInvitation(secret, signal),
    gcTime: 0,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  const { me, isPending, error } = useMaybeMe();
  if (look.isPending || isPending) return <SkeletonBlock className="h-60" label="Looking at the invitation" />;
  if (look.isError) return <DeadEnd error={look.error} onRetry={() => void look.refetch()} />;
  if (error !== null) return <ProblemState error={error} />;
  const offer = look.data;
  const way = wayIn(offer, me);
  return (
    <>
      <p>
        {offer.invitedBy} invites <strong>{offer.email}</strong> to <strong>{offer.orgName}</strong> as{" "}
        <strong>{offer.role}</strong>.
      </p>
      <p className="text-meta text-muted tabular">Until {formatMoment(Date.parse(offer.expiresAt))}.</p>
      {way.kind === "accept" ? <AcceptButton secret={secret} name={way.name} /> : null}
      {way.kind === "otherAccount" ? <OtherAccount email={way.email} offer={offer} /> : null}
      {way.kind === "password" || way.kind === "newAccount" ? (
        <>
          <JoinForm secret={secret} email={offer.email} isNew={way.kind === "newAccount"} />
          <AcceptWithProvider secret={secret} />
        </>
      ) : null}
    </>
  );
};

/** With the configured provider, which has to vouch for the invited address, or be linked to its account already. */
const AcceptWithProvider = ({ secret }: { readonly secret: string }) => {
  const { data: setup } = useQuery(setupQuery);
  const leaving = useMutation({
    mutationFn: () => startOidc({ invitationToken: secret }),
    onSuccess: (url) => location.assign(url),
  });
  if (setup === undefined || setup.oidcName === null) return null;
  return (
    <div className="flex flex-col gap-2 border-line border-t pt-4">
      <Button
        icon={<LogIn className="size-4" aria-hidden="true" />}
        disabledReason={leaving.isPending || leaving.isSuccess ? "Asking the provider…" : null}
        onClick={() => leaving.mutate()}
      >
        <span className="truncate">Accept with {setup.oidcName}</span>
      </Button>
      {leaving.isError ? <DeadEnd error={leaving.error} /> : null}
    </div>
  );
};

export const DeadEnd = ({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) => {
  const end = deadEnd(error);
  if (end === null) return <ProblemState error={error} {...(onRetry === undefined ? {} : { onRetry })} />;
  return (
    <div role="alert" className="flex flex-col items-start gap-1">
      <p className="font-medium text-danger">{end.title}</p>
      <p>{end.advice}</p>
      <Link to={PATHS.signIn} className="text-accent underline">
        Sign in
      </Link>
    </div>
  );
};

const AcceptButton = ({ secret, name }: { readonly secret: string; readonly name: string }) => {
  const accepting = useMutation({
    mutationFn: async () => {
      const { orgId } = await acceptInvitation({ invitationToken: secret });
      await switchOrg(orgId);
    },
    // A fresh page: nothing of the organization before stays in memory.
    onSuccess: () => location.assign(PATHS.fleet),
  });
  return (
    <>
      {accepting.isError ? <DeadEnd error={accepting.error} /> : null}
      <Button
        look="primary"
        disabledReason={accepting.isPending || accepting.isSuccess ? "Accepting…" : null}
        onClick={() => accepting.mutate()}
      >
        Accept as {name}
      </Button>
    </>
  );
};

const OtherAccount = ({ email, offer }: { readonly email: string; readonly offer: InvitationOffer }) => {
  const queryClient = useQueryClient();
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess: () => queryClient.resetQueries({ queryKey: meQuery.queryKey }),
  });
  return (
    <>
      <p role="alert" className="text-warn">
        You are signed in as {email}, and this invitation is for {offer.email}.
      </p>
      {leaving.isError ? <ProblemState error={leaving.error} /> : null}
      <Button disabledReason={leaving.isPending ? "Signing out…" : null} onClick={() => leaving.mutate()}>
        Sign out and go on
      </Button>
    </>
  );
};

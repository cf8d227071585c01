import { type OidcOutcome, oidcOutcomeSchema } from "@yardarm/protocol/api/second-factors";

/** The address has a word only, so that nobody can put a sentence of their own on this page. */
const SENTENCES: Readonly<Record<OidcOutcome, string>> = {
  linked: "The identity is linked: you can sign in with it from now on.",
  denied: "The provider did not let you in, or you cancelled there.",
  expired: "This took too long, or began in another browser. Try again.",
  failed: "The provider's answer could not be verified. Try again; if it stays, ask the operator of this hub.",
  unknown: "Nobody here is linked to this identity. Sign in as usual and link it in your profile.",
  taken: "This identity is linked to an account already.",
  no_organization: "You are a member of no organization any more. Ask for an invitation.",
  other_address: "The invitation is for another e-mail address than the provider knows you by.",
  account_exists:
    "There is an account with this address. Sign in with its password and link the identity in your profile.",
  invitation: "This invitation is unknown, was used or does not fit this account. Ask for another one.",
  busy: "Too many attempts. Wait a moment and try again.",
};

/** How coming back from the provider ended; nothing for a word that nobody knows. */
export const OidcNotice = ({ outcome }: { readonly outcome: string | null | undefined }) => {
  const known = oidcOutcomeSchema.safeParse(outcome);
  if (!known.success) return null;
  const isGood = known.data === "linked";
  return (
    <p role={isGood ? "status" : "alert"} className={isGood ? "text-muted" : "text-danger"}>
      {SENTENCES[known.data]}
    </p>
  );
};

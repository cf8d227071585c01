import type { Me } from "@yardarm/protocol/api/auth";
import type { InvitationOffer } from "@yardarm/protocol/api/invitations";
import { ApiError } from "../../api/http.ts";

/** How somebody who holds an invitation can come in. */
export type WayIn =
  /** Their session has the invited address. */
  | { readonly kind: "accept"; readonly name: string }
  /** Their session has another address. */
  | { readonly kind: "otherAccount"; readonly email: string }
  /** The address has an account: its password proves it. */
  | { readonly kind: "password" }
  | { readonly kind: "newAccount" };

export const wayIn = (offer: InvitationOffer, me: Me | null): WayIn => {
  if (me !== null) {
    return me.email === offer.email ? { kind: "accept", name: me.name } : { kind: "otherAccount", email: me.email };
  }
  return { kind: offer.hasAccount ? "password" : "newAccount" };
};

/** Why an invitation does not open the door, with what to do; `null` for errors that say nothing about it. */
export const deadEnd = (error: unknown): { readonly title: string; readonly advice: string } | null => {
  if (!(error instanceof ApiError)) return null;
  switch (error.code) {
    case "token_expired":
      return { title: "This invitation has expired.", advice: "Ask whoever invited you for another one." };
    case "token_invalid":
      return {
        title: "This invitation was used, withdrawn, or its link is not complete.",
        advice: "If you have come in before, sign in; otherwise ask for another one.",
      };
    case "conflict":
      return { title: "You are a member already.", advice: "Sign in to get there." };
    default:
      return null;
  }
};

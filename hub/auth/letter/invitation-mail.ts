import type { Invitation } from "@yardarm/protocol/api/invitations";
import type { Storage } from "../../storage/storage.ts";
import type { Actor } from "../authority/can.ts";
import { invitationLetter, type Post } from "./letters.ts";

/** What became of the letter; `off`: the operator configured no mail. */
export type MailOutcome = "sent" | "failed" | "off";

export interface InvitationMailOptions {
  readonly storage: Storage;
  readonly post: Post | null;
  /** Told of a letter that could not be sent; the link can still be handed over. */
  readonly report: (error: unknown) => void;
}

/** Sends the link of an invitation to the invited address. Never throws. */
export const mailInvitation = async (
  { storage, post, report }: InvitationMailOptions,
  actor: Actor,
  invitation: Pick<Invitation, "email" | "role"> & { readonly link: string },
): Promise<MailOutcome> => {
  if (post === null) return "off";
  try {
    const orgName = (await storage.org(actor.orgId).profile.find())?.name ?? "";
    const { email, role, link } = invitation;
    await post(invitationLetter(email, { link, orgName, invitedBy: actor.name, role }));
    return "sent";
  } catch (error) {
    report(error);
    return "failed";
  }
};

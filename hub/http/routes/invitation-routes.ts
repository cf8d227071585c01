import {
  acceptInvitationRequestSchema,
  acceptInvitationResponseSchema,
  type CreateInvitationResponse,
  createInvitationRequestSchema,
  createInvitationResponseSchema,
  type Invitation,
  invitationOfferSchema,
  invitationSchema,
  joinRequestSchema,
  lookAtInvitationRequestSchema,
} from "@yardarm/protocol/api/invitations";
import { listSchema } from "@yardarm/protocol/api/list";
import { secondFactorNeededSchema } from "@yardarm/protocol/api/second-factors";
import type { InvitationId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Accounts } from "../../auth/account/accounts.ts";
import type { Actor } from "../../auth/authority/can.ts";
import type { Invitations } from "../../auth/org/invitations.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, publicOperation } from "../operation.ts";
import { clientOf, noContent, ofOrg, requesterOf } from "./requester.ts";
import { admissionReply } from "./sign-in-steps.ts";

export type InvitationRouteOptions = {
  readonly invitations: Invitations;
  readonly accounts: Accounts;
  /** Origin under which people reach this hub. */
  readonly hubUrl: () => string;
  /** Sends the link to the invited address, where the operator configured mail. MUST NOT throw. */
  readonly mailLink: (
    actor: Actor,
    invitation: Pick<Invitation, "email" | "role"> & { readonly link: string },
  ) => Promise<CreateInvitationResponse["mail"]>;
  /** The answer that begins a session. */
  readonly signedIn: (token: string) => Response;
};

/** Inviting, and coming in. */
export const invitationRoutes = (options: InvitationRouteOptions): readonly Operation[] => {
  const { invitations, accounts, hubUrl, signedIn } = options;
  return [
    guardedOperation({
      method: "GET",
      path: "/api/invitations",
      summary: "Invitations that nobody has accepted yet",
      permission: "member.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: listSchema(invitationSchema),
      handle: async ({ actor }) => ({ status: 200, body: { items: await invitations.list(actor), nextCursor: null } }),
    }),
    guardedOperation({
      method: "POST",
      path: "/api/invitations",
      summary: "Invite an e-mail address; the link is shown once",
      permission: "member.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: createInvitationRequestSchema,
      response: createInvitationResponseSchema,
      handle: async ({ actor, body, request }) => {
        const { invitation, secret } = await invitations.create(requesterOf(actor, request), body);
        const link = `${hubUrl()}/join#invitation=${secret}`;
        const mail = await options.mailLink(actor, { ...invitation, link });
        return { status: 201, body: { invitation, link, mail } };
      },
    }),
    guardedOperation({
      method: "DELETE",
      path: "/api/invitations/:invitationId",
      summary: "Withdraw an invitation",
      permission: "member.manage",
      resource: ofOrg,
      params: z.object({ invitationId: idSchema<InvitationId>() }),
      query: NOTHING,
      body: NO_BODY,
      response: null,
      handle: async ({ actor, params, request }) => {
        await invitations.withdraw(requesterOf(actor, request), params.invitationId);
        return noContent();
      },
    }),
    guardedOperation({
      method: "POST",
      path: "/api/invitations/accept",
      summary: "Accept an invitation that was sent to one's own e-mail address",
      permission: "account.manage",
      resource: ofOrg,
      params: NOTHING,
      query: NOTHING,
      body: acceptInvitationRequestSchema,
      response: acceptInvitationResponseSchema,
      handle: async ({ actor, body, request }) => ({
        status: 200,
        body: { orgId: await invitations.accept(requesterOf(actor, request), body.invitationToken) },
      }),
    }),
    publicOperation({
      method: "POST",
      path: "/api/invitations/look",
      summary: "What an invitation offers",
      public: "the secret of the link is the proof, and its holder may have no account yet",
      params: NOTHING,
      query: NOTHING,
      body: lookAtInvitationRequestSchema,
      response: invitationOfferSchema,
      handle: async ({ body }) => ({ status: 200, body: await invitations.look(body.invitationToken) }),
    }),
    publicOperation({
      method: "POST",
      path: "/api/invitations/join",
      summary: "Accept an invitation: makes the account of the invited address, or proves it by its password",
      public: "the secret of the link is the proof, and its holder may have no account yet",
      params: NOTHING,
      query: NOTHING,
      body: joinRequestSchema,
      response: secondFactorNeededSchema,
      handle: async ({ body, request }) => admissionReply(await accounts.join(body, clientOf(request)), signedIn),
    }),
  ];
};

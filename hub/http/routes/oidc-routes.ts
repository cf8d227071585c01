import { oidcStartRequestSchema, oidcStartSchema } from "@yardarm/protocol/api/second-factors";
import type { IdentityId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { Actor } from "../../auth/authority/can.ts";
import type { Arrival, BegunFlow, Identities } from "../../auth/provider/identities.ts";
import type { SessionCookie } from "../../auth/request/cookies.ts";
import type { Proofs } from "../../auth/sign-in/proofs.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { type Operation, publicOperation, type Reply } from "../operation.ts";
import { provenOperation } from "./proven-operation.ts";
import { clientOf, noContent } from "./requester.ts";

export type OidcRouteOptions = {
  readonly identities: Identities;
  readonly proofs: Proofs;
  /** Carries the flow's secret. */
  readonly flowCookie: SessionCookie;
  /** `Set-Cookie` of a new session. */
  readonly sessionCookie: (token: string) => string;
  /** Whose session the request carries; `null`: nobody's. */
  readonly sessionOf: (headers: Headers) => Promise<Actor | null>;
  /** Told of every attempt to sign in, for counting. */
  readonly attempted: (outcome: "accepted" | "refused") => void;
};

const FLOW_MS = 10 * 60_000;
const answerText = z.string().max(4_096).optional();
/** What providers send along. What is unknown is left out. */
const callbackQuerySchema = z.object({
  code: answerText,
  state: answerText,
  iss: answerText,
  error: answerText,
  error_description: answerText,
  session_state: answerText,
});

/** Signing in with the operator's OpenID Connect provider, and what is linked to one's own account. */
export const oidcRoutes = (options: OidcRouteOptions): readonly Operation[] => {
  const { identities, proofs, flowCookie } = options;
  const begun = ({ flow, url }: BegunFlow): Reply => ({
    status: 200,
    body: { url },
    headers: { "set-cookie": flowCookie.write(flow, FLOW_MS) },
  });
  /** The browser came by itself: it is sent on, to a page that has the sentence. */
  const arrived = (arrival: Arrival): Response => {
    const headers = new Headers({ "cache-control": "no-store" });
    headers.append("set-cookie", flowCookie.clear());
    if (arrival.kind === "ended") {
      const page = arrival.purpose === "link" ? "/settings/profile" : "/sign-in";
      headers.set("location", `${page}?oidc=${arrival.outcome}`);
    } else if (arrival.admission.kind === "second_factor") {
      headers.set("location", `/sign-in#second-factor=${arrival.admission.token}`);
    } else {
      headers.append("set-cookie", options.sessionCookie(arrival.admission.session.token));
      headers.set("location", "/");
    }
    return new Response(null, { status: 303, headers });
  };
  return [
    publicOperation({
      method: "POST",
      path: "/api/auth/oidc",
      summary: "Where to go to sign in with the provider; with an invitation's secret, coming back accepts it",
      public: "it is how one signs in",
      params: NOTHING,
      query: NOTHING,
      body: oidcStartRequestSchema,
      response: oidcStartSchema,
      handle: async ({ body: { invitationToken }, request }) =>
        begun(
          await identities.begin(
            invitationToken === undefined ? { purpose: "sign-in" } : { purpose: "join", invitationToken },
            clientOf(request),
          ),
        ),
    }),
    publicOperation({
      method: "GET",
      path: "/api/auth/oidc/callback",
      summary: "Where the provider sends the browser back to; leads on to a page",
      public: "it is how one signs in; state, nonce and the cookie of the same browser are the proof",
      params: NOTHING,
      query: callbackQuerySchema,
      body: NO_BODY,
      response: null,
      handle: async ({ query, request }) => {
        const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
        const arrival = await identities.finish(
          flowCookie.read(request.headers.get("cookie")),
          Object.fromEntries(given),
          {
            client: clientOf(request),
            session: await options.sessionOf(request.headers),
          },
        );
        if (arrival.kind === "admitted") options.attempted("accepted");
        else if (arrival.purpose !== "link") options.attempted("refused");
        return arrived(arrival);
      },
    }),
    provenOperation(proofs, {
      path: "/api/auth/oidc/link",
      summary: "Where to go to link one's identity at the provider",
      params: NOTHING,
      response: oidcStartSchema,
      handle: async ({ actor, request }) =>
        begun(await identities.begin({ purpose: "link", actor }, clientOf(request))),
    }),
    provenOperation(proofs, {
      path: "/api/auth/identities/:identityId/remove",
      summary: "Unlink an identity",
      params: z.object({ identityId: idSchema<IdentityId>() }),
      response: null,
      handle: async ({ requester, params }) => {
        await identities.unlink(requester, params.identityId);
        return noContent();
      },
    }),
  ];
};

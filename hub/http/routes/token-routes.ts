import { listSchema } from "@yardarm/protocol/api/list";
import { apiTokenSchema, createTokenRequestSchema, createTokenResponseSchema } from "@yardarm/protocol/api/tokens";
import type { ApiTokenId } from "@yardarm/protocol/ids";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import type { ApiTokens } from "../../auth/api-token/api-tokens.ts";
import { NO_BODY, NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation } from "../operation.ts";
import { noContent, ofOrg, requesterOf } from "./requester.ts";

/** API tokens. */
export const tokenRoutes = ({ apiTokens }: { readonly apiTokens: ApiTokens }): readonly Operation[] => [
  guardedOperation({
    method: "GET",
    path: "/api/tokens",
    summary: "One's own API tokens; everybody's with token.manage",
    permission: "token.own",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    response: listSchema(apiTokenSchema),
    handle: async ({ actor }) => ({ status: 200, body: { items: await apiTokens.list(actor), nextCursor: null } }),
  }),
  guardedOperation({
    method: "POST",
    path: "/api/tokens",
    summary: "Make an API token; it is shown once",
    permission: "token.own",
    resource: ofOrg,
    params: NOTHING,
    query: NOTHING,
    body: createTokenRequestSchema,
    response: createTokenResponseSchema,
    handle: async ({ actor, body, request }) => ({
      status: 201,
      body: await apiTokens.create(requesterOf(actor, request), body),
    }),
  }),
  guardedOperation({
    method: "DELETE",
    path: "/api/tokens/:tokenId",
    summary: "Revoke an API token of one's own; anybody's with token.manage",
    permission: "token.own",
    resource: ofOrg,
    params: z.object({ tokenId: idSchema<ApiTokenId>() }),
    query: NOTHING,
    body: NO_BODY,
    response: null,
    handle: async ({ actor, params, request }) => {
      await apiTokens.revoke(requesterOf(actor, request), params.tokenId);
      return noContent();
    },
  }),
];

import { proofSchema } from "@yardarm/protocol/api/second-factors";
import type { z } from "zod";
import type { Actor } from "../../auth/authority/can.ts";
import type { Requester } from "../../auth/authority/requester.ts";
import type { Proofs } from "../../auth/sign-in/proofs.ts";
import { NOTHING } from "../nothing.ts";
import { guardedOperation, type Operation, type Reply, type RequestInfo } from "../operation.ts";
import { ofOrg, requesterOf } from "./requester.ts";

/** What is left to say of an operation whose body is a proof. */
export type ProvenContract<P extends z.ZodType> = {
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  readonly response: z.ZodType | null;
  readonly handle: (call: {
    readonly actor: Actor;
    readonly requester: Requester;
    readonly params: z.infer<P>;
    readonly request: RequestInfo;
  }) => Promise<Reply>;
};

/** A change of one's own ways of signing in: a session is not enough, the person proves anew who they are before it runs. */
export const provenOperation = <P extends z.ZodType>(
  proofs: Pick<Proofs, "demand">,
  contract: ProvenContract<P>,
): Operation =>
  guardedOperation({
    method: "POST",
    path: contract.path,
    summary: contract.summary,
    permission: "account.manage",
    resource: ofOrg,
    params: contract.params,
    query: NOTHING,
    body: proofSchema,
    response: contract.response,
    handle: async ({ actor, params, body, request }) => {
      const requester = requesterOf(actor, request);
      await proofs.demand(requester, body);
      return contract.handle({ actor, requester, params, request });
    },
  });

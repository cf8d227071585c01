/** Redeems a join token: proves possession of its seed and of a new key, and pins the hub that the token names. */
import * as http from "node:http";
import * as https from "node:https";
import type { EnrollClaim, Enrolled, EnrollRequest, EnrollResponse } from "@yardarm/protocol/api/hosts";
import { ERROR_CODES, type ErrorCode, ProtocolError } from "@yardarm/protocol/errors";
import { asId, type HostId, type HubId, type JoinTokenId, type OrgId } from "@yardarm/protocol/ids";
import type { JoinToken } from "@yardarm/protocol/join-token";
import {
  base64UrlOf,
  type Decoder,
  decodeJson,
  idOf,
  objectOf,
  textOf,
  tsNsText,
} from "@yardarm/protocol/json-decoder";
import { privateKeyFromSeed, signFor } from "./ed25519.ts";
import { HubKeys, keySetFingerprint } from "./hub-keys.ts";
import { type Identity, saveIdentity, signerForToken } from "./identity.ts";
import type { StateDirectory } from "./state-directory.ts";

export type EnrollOptions = {
  /** The hub's public URL; `/api/agent/enroll` is below it. */
  readonly hubUrl: URL;
  readonly token: JoinToken;
  readonly directory: StateDirectory;
  readonly agentVersion: string;
  readonly hostname: string;
  readonly signal?: AbortSignal;
};

const enrollResponse: Decoder<EnrollResponse> = objectOf({
  keySet: textOf({ max: 8192 }),
  payload: textOf({ max: 8192 }),
  keyId: textOf({ max: 80 }),
  signature: base64UrlOf(64),
});

const enrolled: Decoder<Enrolled> = objectOf({
  hubId: idOf<HubId>(),
  orgId: idOf<OrgId>(),
  hostId: idOf<HostId>(),
  agentPublicKey: base64UrlOf(32),
  enrolledAtNs: tsNsText,
});

/**
 * Enrolls, and pins the result in the state directory before it returns. Asking again after a lost answer is safe.
 * Throws a `ProtocolError`: `token_expired`, `token_used`, `token_invalid`, `key_mismatch` and `signature_invalid` are
 * final and say what to do; `agent_timeout` and everything else may be tried again.
 */
export const enroll = async (options: EnrollOptions): Promise<Identity> => {
  const { token, directory } = options;
  const joinTokenId = asId<JoinTokenId>(token.tokenId);
  const signer = signerForToken(directory, joinTokenId);
  const claim: EnrollClaim = {
    tokenId: token.tokenId,
    agentPublicKey: signer.publicKey,
    keySetFingerprint: token.keySetFingerprint,
    agentVersion: options.agentVersion,
    hostname: options.hostname,
  };
  const payload = JSON.stringify(claim);
  const answer = await post(options, {
    payload,
    seedSignature: signFor("join-token", payload, privateKeyFromSeed(token.seed)),
    agentSignature: signer.sign("enroll", payload),
  });
  const { keySet, ...signed } = decodeJson(answer, enrollResponse, "The hub's answer");
  if (keySetFingerprint(keySet) !== token.keySetFingerprint) {
    const hint = "the address leads to another hub, or something between rewrites its answers";
    throw new ProtocolError("key_mismatch", `The hub's keys are not those that the join token names: ${hint}.`);
  }
  const hubKeys = new HubKeys(keySet);
  const result = decodeJson(signed.payload, enrolled, "The enrollment");
  const isOurs = result.agentPublicKey === signer.publicKey && result.hubId === hubKeys.hubId;
  if (!hubKeys.isSigned("enrolled", signed) || !isOurs) {
    throw new ProtocolError("signature_invalid", "The hub's answer to the enrollment is not signed by the hub's key.");
  }
  const { hubId, orgId, hostId } = result;
  const identity = { hubId, orgId, hostId, enrolledAtNs: BigInt(result.enrolledAtNs), joinTokenId, hubKeys };
  saveIdentity(directory, identity);
  return { ...identity, signer };
};

/** True when asking again cannot help: a person has to make a new token or correct the address. */
export const isFinalRefusal = (error: unknown): boolean => error instanceof ProtocolError && FINAL.has(error.code);

const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "token_expired",
  "token_used",
  "token_invalid",
  "key_mismatch",
  "signature_invalid",
  "invalid_request",
]);

const ADVICE: { readonly [K in ErrorCode]?: string } = {
  token_expired:
    "The join token has expired (it lives 15 minutes): create a new one in the hub and start the agent with it.",
  token_used:
    "The join token was used already, by another agent: create a new one in the hub and start the agent with it.",
  token_invalid: "The hub does not know this join token: check that it was copied whole and belongs to this hub.",
  key_mismatch: "The hub's keys have changed since the join token was made: create a new one in the hub.",
};

const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 64 * 1024;

const post = (options: EnrollOptions, request: EnrollRequest): Promise<string> => {
  const url = new URL(`${options.hubUrl.pathname.replace(/\/$/, "")}/api/agent/enroll`, options.hubUrl);
  const body = JSON.stringify(request);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  return new Promise((resolve, reject) => {
    const unreachable = (cause: unknown): void => {
      const text = cause instanceof Error ? cause.message : String(cause);
      reject(new ProtocolError("agent_timeout", `The hub at ${url.origin} cannot be reached (${text}).`, { cause }));
    };
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const { request: send } = url.protocol === "https:" ? https : http;
    const call = send(url, { method: "POST", headers, signal, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on("data", (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= ANSWER_BYTES) pieces.push(piece);
        else response.destroy(new Error("its answer is too large"));
      });
      response.on("error", unreachable);
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString("utf8");
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(text);
        else reject(refusalOf(status, text));
      });
    });
    call.on("error", unreachable);
    call.end(body);
  });
};

/** The error of a problem document. An answer that is none (a proxy's page) is named by its status alone. */
const refusalOf = (status: number, text: string): ProtocolError => {
  let code: ErrorCode | undefined;
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === "object" && problem !== null && "code" in problem) {
      code = ERROR_CODES.find((known) => known === problem.code);
    }
  } catch {
    // Not JSON: the status says all there is.
  }
  const advice = code === undefined ? undefined : ADVICE[code];
  return new ProtocolError(code ?? "internal", advice ?? `The hub refused the enrollment (HTTP ${status}).`);
};

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { EnrollClaim, EnrollRequest } from "@yardarm/protocol/api/hosts";
import { CONNECT_TOKEN_HEADER } from "@yardarm/protocol/challenge";
import type { JoinToken } from "@yardarm/protocol/join-token";
import { type SigningPurpose, signingInput } from "@yardarm/protocol/signing";

const encode = (text: string): string => Buffer.from(text).toString("base64url");

/** An agent's key and what it signs with it, written apart from the agent's own code so that the two can disagree. */
export class AgentKey {
  readonly #privateKey: KeyObject;
  /** base64url of the 32 raw bytes. */
  readonly publicKey: string;

  constructor() {
    const pair = generateKeyPairSync("ed25519");
    this.#privateKey = pair.privateKey;
    this.publicKey = String(pair.publicKey.export({ format: "jwk" }).x);
  }

  sign(purpose: SigningPurpose, payload: string): string {
    return sign(null, signingInput(purpose, payload), this.#privateKey).toString("base64url");
  }

  /** An enrollment with this token; `change` makes it a wrong one. */
  enrollRequest(token: JoinToken, change: Partial<EnrollClaim> = {}): EnrollRequest {
    const claim: EnrollClaim = {
      tokenId: token.tokenId,
      agentPublicKey: this.publicKey,
      keySetFingerprint: token.keySetFingerprint,
      agentVersion: "0.1.0",
      hostname: "web-1",
      ...change,
    };
    const payload = JSON.stringify(claim);
    const seed = Buffer.concat([
      Buffer.from("302e020100300506032b657004220420", "hex"),
      Buffer.from(token.seed, "base64url"),
    ]);
    const key = { key: seed, format: "der", type: "pkcs8" } as const;
    const seedSignature = sign(null, signingInput("join-token", payload), key).toString("base64url");
    return { payload, seedSignature, agentSignature: this.sign("enroll", payload) };
  }

  /** A connect token; a `header` other than the only legal one makes it a wrong one. */
  connectToken(claims: Readonly<Record<string, unknown>>, header = CONNECT_TOKEN_HEADER): string {
    const signed = `${encode(header)}.${encode(JSON.stringify(claims))}`;
    return `${signed}.${this.sign("connect", signed)}`;
  }
}

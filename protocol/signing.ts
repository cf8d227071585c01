/**
 * Purpose-bound signatures: every Ed25519 signature covers `yardarm/<purpose>/v1\0` followed by the exact bytes sent,
 * so that no signature can be used for another purpose. This file only builds the bytes; keys live with their owners.
 */
export const SIGNING_PURPOSES = [
  "join-token", // the join token's seed signs the enrollment request
  "enroll", // the agent's new key signs the same request
  "enrolled", // the hub signs its answer to an enrollment
  "connect", // the agent signs its connect token
  "welcome", // the hub signs the session's parameters
  "action", // the hub signs a command
  "action-order", // the node that was asked signs it for the node that holds the agent
  "protection-rules", // the hub signs what protects the containers of a host
  "action-result", // the agent signs its outcome
  "log-read", // the hub asks for a page of the engine's own log
  "rotate-key", // the hub tells an agent to make itself another key
  "next-key", // the agent's key in force and the one that it announces
  "key-set", // the hub signs a change of its key set
] as const;

export type SigningPurpose = (typeof SIGNING_PURPOSES)[number];

const encoder = new TextEncoder();

/** The bytes to sign or verify for `payload`, which MUST be the bytes that travel. */
export const signingInput = (purpose: SigningPurpose, payload: string | Uint8Array): Uint8Array => {
  const prefix = encoder.encode(`yardarm/${purpose}/v1\0`);
  const body = typeof payload === "string" ? encoder.encode(payload) : payload;
  const input = new Uint8Array(prefix.length + body.length);
  input.set(prefix);
  input.set(body, prefix.length);
  return input;
};

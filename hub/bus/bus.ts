import type { OrgId } from "@yardarm/protocol/ids";

/**
 * Messages between hub nodes, in NATS's words. A single node is a cluster of one: the same calls, in memory.
 *
 * Tenancy is in the address: a subject without an org cannot be written.
 */
export interface Subject {
  readonly orgId: OrgId;
  /** Words of letters, digits, `_` and `-`, joined by dots. */
  readonly name: string;
}

export type Unsubscribe = () => void;

/** What became of a request. Nobody listening is an answer of its own, known at once and not after the timeout. */
export type BusReply =
  | { readonly kind: "answered"; readonly payload: Uint8Array }
  | { readonly kind: "no_responder" }
  | { readonly kind: "timed_out" };

/**
 * Implementations MUST
 * - deliver messages of one subject to each subscriber in the order in which one publisher sent them, at most once;
 * - call handlers after `publish` has returned, never inside it;
 * - deliver to subscribers on every node, the publisher's own included;
 * - give a request to exactly one responder, however many there are;
 * - bound what waits for delivery in bytes, and report what they drop beyond it.
 *
 * They MUST NOT keep messages for subscribers that come later. Callers MUST NOT change a payload that they handed over
 * or were given.
 */
export interface Bus {
  /** @throws RangeError when the subject is not well formed */
  publish(subject: Subject, payload: Uint8Array): void;
  /** A handler MUST NOT throw; if it does, the bus reports it and goes on. */
  subscribe(subject: Subject, handler: (payload: Uint8Array) => void): Unsubscribe;
  /** Answers requests. A responder MUST NOT reject: the requester would wait for its timeout. */
  respond(subject: Subject, responder: (payload: Uint8Array) => Promise<Uint8Array>): Unsubscribe;
  request(subject: Subject, payload: Uint8Array, options: { readonly timeoutMs: number }): Promise<BusReply>;
  /** Ends every subscription; open requests are answered `no_responder`. */
  close(): Promise<void>;
}

import { ProtocolError } from "@yardarm/protocol/errors";
import { WS_TICKET_MS } from "@yardarm/protocol/limits";
import type { Storage } from "../storage/storage.ts";
import type { Actor } from "./can.ts";
import type { RandomBytes } from "./new-id.ts";
import { hashSecret, newSecret } from "./secrets.ts";
import type { Sessions } from "./sessions.ts";

export interface TicketsOptions {
  readonly storage: Storage;
  readonly sessions: Sessions;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Single-use tickets (30 s) with which a client opens a socket where it cannot send the cookie. */
export class Tickets {
  readonly #options: TicketsOptions;

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  /** A ticket bound to the actor's session and org. */
  async issue(actor: Actor): Promise<{ readonly ticket: string; readonly expiresAtMs: number }> {
    const { storage, nowMs, random } = this.#options;
    const ticket = newSecret(random);
    const expiresAtMs = nowMs() + WS_TICKET_MS;
    const { sessionId, orgId } = actor;
    if (sessionId === null) throw new ProtocolError("forbidden", "Tickets are for sessions.");
    await storage.system.wsTickets.create({ ticketHash: hashSecret(ticket), sessionId, orgId, expiresAtMs });
    return { ticket, expiresAtMs };
  }

  /** Spends the ticket. The actor as they are now, or `null` when it is unknown, spent, too old or its session over. */
  async redeem(ticket: string): Promise<Actor | null> {
    const { storage, sessions, nowMs } = this.#options;
    const row = await storage.system.wsTickets.take(hashSecret(ticket));
    if (row === undefined || row.expiresAtMs <= nowMs()) return null;
    const actor = await sessions.recheck(row.sessionId);
    return actor?.orgId === row.orgId ? actor : null;
  }

  /** Removes what nobody redeemed. Call it now and then. */
  async prune(): Promise<void> {
    await this.#options.storage.system.wsTickets.prune(this.#options.nowMs());
  }
}

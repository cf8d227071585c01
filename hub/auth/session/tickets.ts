import { type ApiTokenId, asId, type SessionId } from "@yardarm/protocol/ids";
import { WS_TICKET_MS } from "@yardarm/protocol/limits";
import type { Storage } from "../../storage/storage.ts";
import type { Actor } from "../authority/can.ts";
import type { RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";
import type { Callers } from "./callers.ts";

export interface TicketsOptions {
  readonly storage: Storage;
  readonly callers: Pick<Callers, "recheck">;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Single-use tickets (30 s) with which a client opens a socket where it cannot send the cookie. */
export class Tickets {
  readonly #options: TicketsOptions;

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  /** A ticket bound to the actor's session or API token, and to the org in which they asked. */
  async issue(actor: Actor): Promise<{ readonly ticket: string; readonly expiresAtMs: number }> {
    const { storage, nowMs, random } = this.#options;
    const credentialId = actor.sessionId ?? actor.token?.tokenId;
    if (credentialId === undefined) throw new Error("An actor without session and token.");
    const ticket = newSecret(random);
    const expiresAtMs = nowMs() + WS_TICKET_MS;
    const { orgId } = actor;
    await storage.system.wsTickets.create({ ticketHash: hashSecret(ticket), credentialId, orgId, expiresAtMs });
    return { ticket, expiresAtMs };
  }

  /** Spends the ticket. The actor as they are now, or `null` when it is unknown, spent, too old or its session over. */
  async redeem(ticket: string): Promise<Actor | null> {
    const { storage, callers, nowMs } = this.#options;
    const row = await storage.system.wsTickets.take(hashSecret(ticket));
    if (row === undefined || row.expiresAtMs <= nowMs()) return null;
    const { credentialId, orgId } = row;
    const actor = credentialId.startsWith("tok_")
      ? await callers.recheck({
          sessionId: null,
          token: { tokenId: asId<ApiTokenId>(credentialId), scopes: new Set() },
          orgId,
        })
      : await callers.recheck({ sessionId: asId<SessionId>(credentialId), orgId });
    return actor?.orgId === orgId ? actor : null;
  }

  /** Removes what nobody redeemed. Call it now and then. */
  async prune(): Promise<void> {
    await this.#options.storage.system.wsTickets.prune(this.#options.nowMs());
  }
}

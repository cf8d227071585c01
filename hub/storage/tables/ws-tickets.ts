import type { ApiTokenId, OrgId, SessionId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface WsTicketsTable {
  /** SHA-256 of the ticket, hex. */
  ticketHash: string;
  /** What opened the door: a session, or an API token. */
  credentialId: SessionId | ApiTokenId;
  orgId: OrgId;
  expiresAtMs: number;
}

export type WsTicket = Readonly<WsTicketsTable>;

export class SystemWsTickets {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async create(ticket: WsTicket): Promise<void> {
    await this.#db.insertInto("wsTickets").values(ticket).execute();
  }

  /** Hands the ticket to one caller and forgets it, in one statement. The caller checks its time. */
  async take(ticketHash: string): Promise<WsTicket | undefined> {
    return this.#db.deleteFrom("wsTickets").where("ticketHash", "=", ticketHash).returningAll().executeTakeFirst();
  }

  async prune(expiredBeforeMs: number): Promise<void> {
    await this.#db.deleteFrom("wsTickets").where("expiresAtMs", "<", expiredBeforeMs).execute();
  }
}

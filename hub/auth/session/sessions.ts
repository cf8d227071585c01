import type { SessionView } from "@yardarm/protocol/api/auth";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { OrgId, SessionId, UserId } from "@yardarm/protocol/ids";
import type { Storage, StorageScope } from "../../storage/storage.ts";
import type { LiveSession } from "../../storage/tables/sessions.ts";
import type { Actor } from "../authority/can.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { hashSecret, newSecret } from "../crypto/secrets.ts";

const DAY_MS = 24 * 60 * 60_000;
/** A session ends this long after its last use, and this long after its beginning. */
const SESSION_IDLE_MS = 7 * DAY_MS;
export const SESSION_ABSOLUTE_MS = 30 * DAY_MS;
/** Last use is written at most this often. */
const TOUCH_MS = 60_000;
const SESSIONS_PER_USER = 20;
const USER_AGENT_CHARACTERS = 256;

/** Where a request comes from; `address` has passed the trusted-proxy check. */
export type Client = { readonly address: string; readonly userAgent: string };

/** `token` goes into the cookie and is stored nowhere. */
export type NewSession = { readonly token: string; readonly sessionId: SessionId };

export interface SessionsOptions {
  readonly storage: Storage;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Signed-in people. The token is 256 random bits of which the database knows the SHA-256. */
export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Begins a session, inside a transaction when its scope is given. */
  async create(
    person: { readonly userId: UserId; readonly orgId: OrgId },
    client: Client,
    scope: StorageScope = this.#options.storage,
  ): Promise<NewSession> {
    const { random, nowMs } = this.#options;
    const token = newSecret(random);
    const sessionId = newId<SessionId>("ses", random);
    const now = nowMs();
    const session = {
      sessionId,
      tokenHash: hashSecret(token),
      userId: person.userId,
      orgId: person.orgId,
      createdAtMs: now,
      lastUsedAtMs: now,
      address: client.address,
      userAgent: client.userAgent.slice(0, USER_AGENT_CHARACTERS),
    };
    await scope.system.sessions.create(session, SESSIONS_PER_USER);
    return { token, sessionId };
  }

  /**
   * Who holds this token, with the role of this moment in the session's active org or the named one; `null` when it is
   * nobody's, too old or revoked, and when the person is no member of that org.
   */
  async authenticate(token: string, orgId: OrgId | null = null): Promise<Actor | null> {
    const { storage, nowMs } = this.#options;
    const session = this.#current(await storage.system.sessions.findByTokenHash(hashSecret(token), orgId));
    if (session === undefined) return null;
    const lastUsedAtMs = nowMs();
    if (lastUsedAtMs - session.lastUsedAtMs >= TOUCH_MS) {
      await storage.system.sessions.touch(session.sessionId, lastUsedAtMs);
    }
    return toActor(session);
  }

  /** The actor of an open socket as they are now; `null` closes it (IDTY-09: ask at least every 5 s). */
  async recheck(sessionId: SessionId, orgId: OrgId | null = null): Promise<Actor | null> {
    const session = this.#current(await this.#options.storage.system.sessions.find(sessionId, orgId));
    return session === undefined ? null : toActor(session);
  }

  /** Another token for the same session, and with it another active org where one is named. */
  async rotate(
    sessionId: SessionId,
    orgId: OrgId | null = null,
    scope: StorageScope = this.#options.storage,
  ): Promise<string> {
    const token = newSecret(this.#options.random);
    const change = { tokenHash: hashSecret(token), ...(orgId === null ? {} : { orgId }) };
    await scope.system.sessions.rotate(sessionId, change);
    return token;
  }

  async list(actor: Pick<Actor, "userId" | "sessionId">): Promise<readonly SessionView[]> {
    const sessions = await this.#options.storage.system.sessions.listOf(actor.userId);
    return sessions.flatMap((session) =>
      this.#isCurrent(session)
        ? [
            {
              sessionId: session.sessionId,
              current: session.sessionId === actor.sessionId,
              createdAt: new Date(session.createdAtMs).toISOString(),
              lastUsedAt: new Date(session.lastUsedAtMs).toISOString(),
              address: session.address,
              userAgent: session.userAgent,
            },
          ]
        : [],
    );
  }

  /** @throws ProtocolError `not_found` when this user has no such session */
  async revoke(userId: UserId, sessionId: SessionId): Promise<void> {
    if (await this.#options.storage.system.sessions.revoke(userId, sessionId)) return;
    throw new ProtocolError("not_found", "There is no such session.");
  }

  /** Removes what has ended by itself. Call it now and then. */
  async prune(): Promise<void> {
    const now = this.#options.nowMs();
    await this.#options.storage.system.sessions.prune({
      createdUntilMs: now - SESSION_ABSOLUTE_MS,
      usedUntilMs: now - SESSION_IDLE_MS,
    });
  }

  #current(session: LiveSession | undefined): LiveSession | undefined {
    return session !== undefined && this.#isCurrent(session) ? session : undefined;
  }

  #isCurrent({ createdAtMs, lastUsedAtMs }: { readonly createdAtMs: number; readonly lastUsedAtMs: number }): boolean {
    const now = this.#options.nowMs();
    return now - createdAtMs < SESSION_ABSOLUTE_MS && now - lastUsedAtMs < SESSION_IDLE_MS;
  }
}

const toActor = ({ userId, sessionId, orgId, role, projects, name, email, ...user }: LiveSession): Actor => ({
  userId,
  sessionId,
  orgId,
  role,
  projects,
  name,
  email,
  isInstanceAdmin: user.instanceAdminAtMs !== null,
});

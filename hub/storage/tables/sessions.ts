import type { Role } from "@yardarm/protocol/api/auth";
import type { OrgId, ProjectId, SessionId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";
import { readProjects } from "./memberships.ts";

export interface SessionsTable {
  sessionId: SessionId;
  /** SHA-256 of the token, hex. */
  tokenHash: string;
  userId: UserId;
  /** The active org. */
  orgId: OrgId;
  createdAtMs: number;
  lastUsedAtMs: number;
  address: string;
  userAgent: string;
}

export type Session = Readonly<SessionsTable>;

/** A session together with what its user is now, in its active org. */
export type LiveSession = Session & {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly projects: readonly ProjectId[] | null;
  readonly instanceAdminAtMs: number | null;
};

export class SystemSessions {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Stores a session and drops the user's least recently used ones beyond `kept`. */
  async create(session: Session, kept: number): Promise<void> {
    await this.#db.insertInto("sessions").values(session).execute();
    const surplus = this.#db
      .selectFrom("sessions")
      .select("sessionId")
      .where("userId", "=", session.userId)
      .orderBy("lastUsedAtMs", "desc")
      .orderBy("createdAtMs", "desc")
      .orderBy("sessionId")
      .limit(1_000_000)
      .offset(kept);
    await this.#db.deleteFrom("sessions").where("sessionId", "in", surplus).execute();
  }

  /**
   * With the rights of one org, the session's active one unless another is named.
   *
   * @returns `undefined` also when the person is no member of that org
   */
  async findByTokenHash(tokenHash: string, orgId: OrgId | null = null): Promise<LiveSession | undefined> {
    return toLive(await this.#live(orgId).where("sessions.tokenHash", "=", tokenHash).executeTakeFirst(), orgId);
  }

  async find(sessionId: SessionId, orgId: OrgId | null = null): Promise<LiveSession | undefined> {
    return toLive(await this.#live(orgId).where("sessions.sessionId", "=", sessionId).executeTakeFirst(), orgId);
  }

  /** Another token for the same session, and with it another active org where one is named: the old token opens nothing. */
  async rotate(sessionId: SessionId, change: { readonly tokenHash: string; readonly orgId?: OrgId }): Promise<void> {
    await this.#db.updateTable("sessions").set(change).where("sessionId", "=", sessionId).execute();
  }

  /** Ends every session of a person but, where one is named, this one. */
  async revokeAllOf(userId: UserId, kept: SessionId | null): Promise<void> {
    let query = this.#db.deleteFrom("sessions").where("userId", "=", userId);
    if (kept !== null) query = query.where("sessionId", "<>", kept);
    await query.execute();
  }

  async listOf(userId: UserId): Promise<readonly Session[]> {
    return this.#db
      .selectFrom("sessions")
      .selectAll()
      .where("userId", "=", userId)
      .orderBy("lastUsedAtMs", "desc")
      .execute();
  }

  async touch(sessionId: SessionId, lastUsedAtMs: number): Promise<void> {
    await this.#db.updateTable("sessions").set({ lastUsedAtMs }).where("sessionId", "=", sessionId).execute();
  }

  /** False when this user has no such session. */
  async revoke(userId: UserId, sessionId: SessionId): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom("sessions")
      .where("sessionId", "=", sessionId)
      .where("userId", "=", userId)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  /** Removes sessions that began, or were last used, then or earlier. */
  async prune(limits: { readonly createdUntilMs: number; readonly usedUntilMs: number }): Promise<void> {
    await this.#db
      .deleteFrom("sessions")
      .where((where) =>
        where.or([where("createdAtMs", "<=", limits.createdUntilMs), where("lastUsedAtMs", "<=", limits.usedUntilMs)]),
      )
      .execute();
  }

  #live(orgId: OrgId | null) {
    return this.#db
      .selectFrom("sessions")
      .innerJoin("users", "users.userId", "sessions.userId")
      .innerJoin("memberships", (join) =>
        orgId === null
          ? join.onRef("memberships.userId", "=", "sessions.userId").onRef("memberships.orgId", "=", "sessions.orgId")
          : join.onRef("memberships.userId", "=", "sessions.userId").on("memberships.orgId", "=", orgId),
      )
      .selectAll("sessions")
      .select(["users.name", "users.email", "users.instanceAdminAtMs"])
      .select(["memberships.role", "memberships.projectsJson"]);
  }
}

const toLive = <Row extends { readonly orgId: OrgId; readonly projectsJson: string | null }>(
  row: Row | undefined,
  orgId: OrgId | null,
) => {
  if (row === undefined) return undefined;
  const { projectsJson, ...session } = row;
  return { ...session, orgId: orgId ?? session.orgId, projects: readProjects(projectsJson) };
};

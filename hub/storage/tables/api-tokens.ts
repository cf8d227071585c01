import type { Role } from "@yardarm/protocol/api/auth";
import type { ApiTokenId, OrgId, ProjectId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";
import { readProjects } from "./memberships.ts";

export interface ApiTokensTable {
  orgId: OrgId;
  tokenId: ApiTokenId;
  /** SHA-256 of the token, hex. */
  tokenHash: string;
  /** Whose rights it has. */
  userId: UserId;
  name: string;
  /** JSON array of permissions. */
  scopesJson: string;
  createdAtMs: number;
  expiresAtMs: number;
  lastUsedAtMs: number | null;
  lastUsedFrom: string | null;
}

export interface ApiToken extends Readonly<Omit<ApiTokensTable, "orgId" | "tokenHash" | "scopesJson">> {
  readonly scopes: readonly string[];
}

/** A token together with what its creator is now. */
export type LiveApiToken = ApiToken & {
  readonly orgId: OrgId;
  readonly personName: string;
  readonly email: string;
  readonly role: Role;
  readonly projects: readonly ProjectId[] | null;
};

export class OrgApiTokens {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  async create(
    token: Pick<ApiToken, "tokenId" | "userId" | "name" | "scopes" | "createdAtMs" | "expiresAtMs"> & {
      readonly tokenHash: string;
    },
  ): Promise<void> {
    const { scopes, ...row } = token;
    await this.#db
      .insertInto("apiTokens")
      .values({
        ...row,
        orgId: this.#orgId,
        scopesJson: JSON.stringify(scopes),
        lastUsedAtMs: null,
        lastUsedFrom: null,
      })
      .execute();
  }

  /** All of the org, or of one person. */
  async list(userId: UserId | null): Promise<readonly (ApiToken & { readonly personName: string })[]> {
    let query = this.#db
      .selectFrom("apiTokens")
      .innerJoin("users", "users.userId", "apiTokens.userId")
      .selectAll("apiTokens")
      .select("users.name as personName")
      .where("apiTokens.orgId", "=", this.#orgId)
      .orderBy("apiTokens.createdAtMs")
      .orderBy("apiTokens.tokenId");
    if (userId !== null) query = query.where("apiTokens.userId", "=", userId);
    const rows = await query.execute();
    return rows.map(({ personName, ...row }) => ({ ...toApiToken(row), personName }));
  }

  async find(tokenId: ApiTokenId): Promise<ApiToken | undefined> {
    const row = await this.#db
      .selectFrom("apiTokens")
      .selectAll()
      .where("orgId", "=", this.#orgId)
      .where("tokenId", "=", tokenId)
      .executeTakeFirst();
    return row === undefined ? undefined : toApiToken(row);
  }

  /** False when there is no such token. */
  async revoke(tokenId: ApiTokenId): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom("apiTokens")
      .where("orgId", "=", this.#orgId)
      .where("tokenId", "=", tokenId)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }

  /** What somebody who leaves made stops working for good, also if they come back. */
  async revokeAllOf(userId: UserId): Promise<void> {
    await this.#db.deleteFrom("apiTokens").where("orgId", "=", this.#orgId).where("userId", "=", userId).execute();
  }
}

export class SystemApiTokens {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** `undefined` also when its creator is no member any more. */
  async findByHash(tokenHash: string): Promise<LiveApiToken | undefined> {
    return toLive(await this.#live().where("apiTokens.tokenHash", "=", tokenHash).executeTakeFirst());
  }

  async find(tokenId: ApiTokenId): Promise<LiveApiToken | undefined> {
    return toLive(await this.#live().where("apiTokens.tokenId", "=", tokenId).executeTakeFirst());
  }

  async touch(tokenId: ApiTokenId, use: { readonly atMs: number; readonly from: string }): Promise<void> {
    await this.#db
      .updateTable("apiTokens")
      .set({ lastUsedAtMs: use.atMs, lastUsedFrom: use.from })
      .where("tokenId", "=", tokenId)
      .execute();
  }

  async prune(expiredBeforeMs: number): Promise<void> {
    await this.#db.deleteFrom("apiTokens").where("expiresAtMs", "<", expiredBeforeMs).execute();
  }

  #live() {
    return this.#db
      .selectFrom("apiTokens")
      .innerJoin("users", "users.userId", "apiTokens.userId")
      .innerJoin("memberships", (join) =>
        join.onRef("memberships.userId", "=", "apiTokens.userId").onRef("memberships.orgId", "=", "apiTokens.orgId"),
      )
      .selectAll("apiTokens")
      .select(["users.name as personName", "users.email", "memberships.role", "memberships.projectsJson"]);
  }
}

const toApiToken = (row: Readonly<ApiTokensTable>): ApiToken => ({
  tokenId: row.tokenId,
  userId: row.userId,
  name: row.name,
  scopes: readScopes(row.scopesJson),
  createdAtMs: row.createdAtMs,
  expiresAtMs: row.expiresAtMs,
  lastUsedAtMs: row.lastUsedAtMs,
  lastUsedFrom: row.lastUsedFrom,
});

const toLive = (
  row:
    | (Readonly<ApiTokensTable> & {
        readonly personName: string;
        readonly email: string;
        readonly role: Role;
        readonly projectsJson: string | null;
      })
    | undefined,
): LiveApiToken | undefined => {
  if (row === undefined) return undefined;
  const { orgId, personName, email, role, projectsJson } = row;
  return { ...toApiToken(row), orgId, personName, email, role, projects: readProjects(projectsJson) };
};

/** A text that is no array of strings grants nothing. */
const readScopes = (json: string): readonly string[] => {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((scope) => typeof scope === "string") : [];
};

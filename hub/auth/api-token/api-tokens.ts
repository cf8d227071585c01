import type { ApiToken as ApiTokenView, CreateTokenRequest } from "@yardarm/protocol/api/tokens";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ApiTokenId } from "@yardarm/protocol/ids";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { ApiToken, LiveApiToken } from "../../storage/tables/api-tokens.ts";
import { type Actor, can, permissionsHeldBy } from "../authority/can.ts";
import { TOKEN_SCOPES } from "../authority/permissions.ts";
import { type Announce, entryBy, type Requester } from "../authority/requester.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { hashSecret } from "../crypto/secrets.ts";
import { isApiToken, newApiToken } from "./api-token-text.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Last use is written at most this often. */
const TOUCH_MS = 60_000;
const MOST_PER_PERSON = 50;

export interface ApiTokensOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly announce: Announce;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** Tokens for programs (IDTY-08). A token has its scopes as far as its creator may do them at the moment of use. */
export class ApiTokens {
  readonly #options: ApiTokensOptions;

  constructor(options: ApiTokensOptions) {
    this.#options = options;
  }

  /** One's own; everybody's for whoever may manage them. */
  async list(actor: Actor): Promise<readonly ApiTokenView[]> {
    const { storage, nowMs } = this.#options;
    const tokens = await storage.org(actor.orgId).apiTokens.list(this.#managesAll(actor) ? null : actor.userId);
    return tokens.filter(({ expiresAtMs }) => expiresAtMs > nowMs()).map((token) => toView(token, token.personName));
  }

  /**
   * The token is shown to the caller once.
   *
   * @throws ProtocolError `forbidden` for a scope that its creator does not have, or that no token may have
   */
  async create(
    requester: Requester,
    { name, scopes, days }: CreateTokenRequest & { readonly days: number },
  ): Promise<{ readonly token: ApiTokenView; readonly secret: string }> {
    const { storage, audit, nowMs, random } = this.#options;
    const { actor } = requester;
    const held = new Set<string>(permissionsHeldBy(actor).filter((permission) => TOKEN_SCOPES.has(permission)));
    const missing = scopes.find((scope) => !held.has(scope));
    if (missing !== undefined) {
      throw new ProtocolError("forbidden", `You cannot give ${missing.slice(0, 60)} to an API token.`);
    }
    const secret = newApiToken(random);
    const createdAtMs = nowMs();
    const token = {
      tokenId: newId<ApiTokenId>("tok", random),
      userId: actor.userId,
      name,
      scopes: [...new Set(scopes)].toSorted(),
      createdAtMs,
      expiresAtMs: createdAtMs + days * DAY_MS,
    };
    await storage.transaction(async (scope) => {
      const org = scope.org(actor.orgId);
      if ((await org.apiTokens.list(actor.userId)).length >= MOST_PER_PERSON) {
        throw new ProtocolError("conflict", `Nobody has more than ${MOST_PER_PERSON} API tokens. Revoke one first.`);
      }
      await org.apiTokens.create({ ...token, tokenHash: hashSecret(secret) });
      const details = { scopes: token.scopes.join(" "), expiresAt: new Date(token.expiresAtMs).toISOString() };
      await audit.appendIn(org, entryBy(requester, { kind: "token.created", target: targetOf(token), details }));
    });
    return { token: toView({ ...token, lastUsedAtMs: null, lastUsedFrom: null }, actor.name), secret };
  }

  /** @throws ProtocolError `not_found`, also for somebody else's without the right to manage them */
  async revoke(requester: Requester, tokenId: ApiTokenId): Promise<void> {
    const { storage, audit, announce } = this.#options;
    const { actor } = requester;
    const { orgId } = actor;
    const userId = await storage.transaction(async (scope) => {
      const org = scope.org(orgId);
      const token = await org.apiTokens.find(tokenId);
      const isTheirs = token !== undefined && (token.userId === actor.userId || this.#managesAll(actor));
      if (!isTheirs || !(await org.apiTokens.revoke(tokenId))) {
        throw new ProtocolError("not_found", "There is no such API token.");
      }
      await audit.appendIn(org, entryBy(requester, { kind: "token.revoked", target: targetOf(token) }));
      return token.userId;
    });
    announce({ orgId, userId });
  }

  /** Who this token speaks for, with the rights of this moment; `null` when it is nobody's, too old or revoked. */
  async authenticate(secret: string, from: string): Promise<Actor | null> {
    if (!isApiToken(secret)) return null;
    const { storage, nowMs } = this.#options;
    const token = this.#current(await storage.system.apiTokens.findByHash(hashSecret(secret)));
    if (token === undefined) return null;
    const atMs = nowMs();
    if (atMs - (token.lastUsedAtMs ?? 0) >= TOUCH_MS)
      await storage.system.apiTokens.touch(token.tokenId, { atMs, from });
    return toActor(token);
  }

  async recheck(tokenId: ApiTokenId): Promise<Actor | null> {
    const token = this.#current(await this.#options.storage.system.apiTokens.find(tokenId));
    return token === undefined ? null : toActor(token);
  }

  async prune(): Promise<void> {
    await this.#options.storage.system.apiTokens.prune(this.#options.nowMs());
  }

  #managesAll(actor: Actor): boolean {
    return can(actor, "token.manage", { orgId: actor.orgId }).allowed;
  }

  #current(token: LiveApiToken | undefined): LiveApiToken | undefined {
    return token !== undefined && token.expiresAtMs > this.#options.nowMs() ? token : undefined;
  }
}

const toActor = ({ tokenId, scopes, name, personName, ...token }: LiveApiToken): Actor => ({
  userId: token.userId,
  sessionId: null,
  orgId: token.orgId,
  role: token.role,
  projects: token.projects,
  name: `${personName} (API token ${name})`,
  email: token.email,
  token: { tokenId, scopes: new Set(scopes) },
});

const targetOf = ({ tokenId, name }: Pick<ApiToken, "tokenId" | "name">) => ({
  type: "token" as const,
  id: tokenId,
  name,
});

const isoOf = (ms: number): string => new Date(ms).toISOString();

const toView = (token: ApiToken, createdBy: string): ApiTokenView => ({
  tokenId: token.tokenId,
  name: token.name,
  userId: token.userId,
  createdBy,
  scopes: [...token.scopes],
  createdAt: isoOf(token.createdAtMs),
  expiresAt: isoOf(token.expiresAtMs),
  lastUsedAt: token.lastUsedAtMs === null ? null : isoOf(token.lastUsedAtMs),
  lastUsedFrom: token.lastUsedFrom,
});

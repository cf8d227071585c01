import { ORG_HEADER } from "@yardarm/protocol/api/orgs";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, ID_PATTERN, type OrgId } from "@yardarm/protocol/ids";
import type { ApiTokens } from "../api-token/api-tokens.ts";
import type { Actor } from "../authority/can.ts";
import type { SessionCookie } from "../request/cookies.ts";
import type { HeaderLookup } from "../request/origin.ts";
import type { Sessions } from "./sessions.ts";

export interface CallersOptions {
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  readonly cookie: SessionCookie;
}

/** Who calls: a person with a session's cookie, or a program with an API token in its header. Nothing in an address counts. */
export class Callers {
  readonly #options: CallersOptions;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /**
   * `null`: nobody. A bearer token decides alone where there is one: a wrong one is not made good by a cookie.
   *
   * @throws ProtocolError `not_found` when `X-Yardarm-Org` names an org of which the caller is no member
   */
  async authenticate(headers: HeaderLookup, from: string): Promise<Actor | null> {
    const { sessions, apiTokens, cookie } = this.#options;
    const orgId = readOrg(headers.get(ORG_HEADER));
    const authorization = headers.get("authorization");
    if (authorization !== null) {
      const [, secret] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization) ?? [];
      const actor = secret === undefined ? null : await apiTokens.authenticate(secret, from);
      if (actor !== null && orgId !== null && actor.orgId !== orgId) throw noSuchOrg();
      return actor;
    }
    const token = cookie.read(headers.get("cookie"));
    if (token === null) return null;
    const actor = await sessions.authenticate(token, orgId);
    if (actor === null && orgId !== null && (await sessions.authenticate(token)) !== null) throw noSuchOrg();
    return actor;
  }

  /** The caller behind an open socket or a ticket, as they are now in the same org; `null` when it is over. */
  async recheck({ sessionId, token, orgId }: Pick<Actor, "sessionId" | "token" | "orgId">): Promise<Actor | null> {
    const { sessions, apiTokens } = this.#options;
    if (sessionId !== null) return sessions.recheck(sessionId, orgId);
    return token === undefined ? null : apiTokens.recheck(token.tokenId);
  }
}

/** An empty header is one that was not meant. */
const readOrg = (header: string | null): OrgId | null => {
  if (header === null || header === "") return null;
  if (!ID_PATTERN.test(header)) throw noSuchOrg();
  return asId<OrgId>(header);
};

/** The same for an org that does not exist and for one that is somebody else's. */
export const noSuchOrg = (): ProtocolError =>
  new ProtocolError("not_found", "There is no such organization, or you are no member of it.");

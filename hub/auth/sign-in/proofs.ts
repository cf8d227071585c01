import type { Proof } from "@yardarm/protocol/api/second-factors";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Storage } from "../../storage/storage.ts";
import type { Requester } from "../authority/requester.ts";
import type { Passwords } from "../password/password.ts";
import { AttemptLimiter } from "../request/rate-limit.ts";
import { type SecondFactor, wrongCode } from "../second-factor/second-factor.ts";
import type { Sessions } from "../session/sessions.ts";

const FRESH_MS = 10 * 60_000;
const PER_ACCOUNT = { attempts: 5, firstBlockSeconds: 60, longestBlockSeconds: 900 };

export interface ProofsOptions {
  readonly storage: Storage;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly secondFactor: SecondFactor;
  readonly nowMs: () => number;
}

/** Whoever found an open browser shall not add a way of signing in, or take one away: the person is asked again. */
export class Proofs {
  readonly #options: ProofsOptions;
  readonly #byAccount = new AttemptLimiter(PER_ACCOUNT);

  constructor(options: ProofsOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError `unauthenticated` for a wrong or missing proof, `rate_limited` */
  async demand({ actor }: Requester, { password, code }: Proof): Promise<void> {
    const { storage, passwords, secondFactor } = this.#options;
    await this.#byAccount.consume(actor.userId);
    const user = await storage.system.users.find(actor.userId);
    if (user === undefined) throw new ProtocolError("unauthenticated", "Sign in first.");
    if (code !== undefined) {
      const kind = await storage.transaction((scope) => secondFactor.use(scope, actor.userId, code));
      if (kind === null) throw wrongCode();
    } else if (password !== undefined) {
      if (!(await passwords.verify(password, user.passwordHash))) {
        throw new ProtocolError("unauthenticated", "The password is wrong.");
      }
    } else if (user.passwordHash !== "" || !(await this.#isFresh(actor))) {
      const sentence =
        user.passwordHash === ""
          ? "Sign out and in again, then repeat this within ten minutes."
          : "Enter your password or a code first.";
      throw new ProtocolError("unauthenticated", sentence);
    }
    await this.#byAccount.clear(actor.userId);
  }

  async #isFresh(actor: Requester["actor"]): Promise<boolean> {
    const current = (await this.#options.sessions.list(actor)).find((session) => session.current);
    return current !== undefined && this.#options.nowMs() - Date.parse(current.createdAt) < FRESH_MS;
  }
}

import { ProtocolError } from "@yardarm/protocol/errors";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage } from "../../storage/storage.ts";
import type { RandomBytes } from "../crypto/new-id.ts";
import { type Post, passwordLetter } from "../letter/letters.ts";
import { addressBucket } from "../request/client-address.ts";
import { AttemptLimiter } from "../request/rate-limit.ts";
import { issuePasswordLink } from "./password-link.ts";

const PER_ADDRESS = { attempts: 10, firstBlockSeconds: 60, longestBlockSeconds: 900 };
/** Letters to one mailbox: enough for somebody who lost the first, too few to be a nuisance. */
const PER_MAILBOX = { attempts: 3, firstBlockSeconds: 600, longestBlockSeconds: 3_600 };

export interface ForgottenPasswordOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
  /** `null` where the operator configured no mail. */
  readonly post: Post | null;
  /** Origin under which people reach this hub. */
  readonly hubUrl: () => string;
  /** Told of letters that could not be written or sent. */
  readonly report: (error: unknown) => void;
}

/** Whoever forgot their password gets a link by mail, where the operator configured that. */
export class ForgottenPassword {
  readonly #options: ForgottenPasswordOptions;
  readonly #byAddress = new AttemptLimiter(PER_ADDRESS);
  readonly #byMailbox = new AttemptLimiter(PER_MAILBOX);
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ForgottenPasswordOptions) {
    this.#options = options;
  }

  /** Whether this hub sends such links. */
  get isOffered(): boolean {
    return this.#options.post !== null;
  }

  /**
   * Takes the question. Whether there is such an account shows neither in the answer nor in its time: letters are
   * written after it.
   *
   * @throws ProtocolError `not_found` where no mail is configured, `rate_limited`
   */
  async ask(email: string, address: string): Promise<void> {
    const { post, report } = this.#options;
    if (post === null) {
      throw new ProtocolError("not_found", "This hub sends no mail. Ask whoever runs it for a link.");
    }
    await this.#byAddress.consume(addressBucket(address));
    await this.#byMailbox.consume(email);
    this.#writing = this.#writing.then(() => this.#write(post, email, address)).catch(report);
  }

  /** Resolves when every letter so far was sent, or reported as not sent. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #write(post: Post, email: string, address: string): Promise<void> {
    const secret = await issuePasswordLink(this.#options, email, { name: "forgotten password", address });
    if (secret === null) return;
    await post(passwordLetter(email, `${this.#options.hubUrl()}/reset-password#token=${secret}`));
  }
}

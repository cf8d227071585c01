import { createHash } from "node:crypto";
import type { RecoveryCodes, TotpEnrollment } from "@yardarm/protocol/api/second-factors";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { UserId } from "@yardarm/protocol/ids";
import { Secret, TOTP } from "otpauth";
import type { AuditChain } from "../../audit/audit-chain.ts";
import type { Storage, StorageScope } from "../../storage/storage.ts";
import { recordForAccount } from "../authority/account-audit.ts";
import type { Requester } from "../authority/requester.ts";
import type { RandomBytes } from "../crypto/new-id.ts";
import type { SecretBox } from "../crypto/secret-box.ts";
import { AttemptLimiter } from "../request/rate-limit.ts";

const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** Steps before and after the present one that count, for clocks that differ. */
const WINDOW_STEPS = 1;
const RECOVERY_CODES = 10;
/** 16 characters of base32 are 80 bits: too many to try out against a stolen hash. */
const RECOVERY_CHARACTERS = 16;
const RECOVERY_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const RECOVERY_FORM = /^[a-z2-7]{16}$/;
const PER_ACCOUNT = { attempts: 5, firstBlockSeconds: 60, longestBlockSeconds: 900 };

/** What a code was; `null`: wrong, or used before. */
export type CodeKind = "one-time code" | "recovery code" | null;

export interface SecondFactorOptions {
  readonly storage: Storage;
  readonly audit: AuditChain;
  readonly box: SecretBox;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/** One-time codes of an authenticator (TOTP) and the recovery codes that stand in for it (IDTY-02). */
export class SecondFactor {
  readonly #options: SecondFactorOptions;
  readonly #byAccount = new AttemptLimiter(PER_ACCOUNT);

  constructor(options: SecondFactorOptions) {
    this.#options = options;
  }

  /** True when sign-in asks this person for a code. */
  async isOn(userId: UserId): Promise<boolean> {
    return (await this.since(userId)) !== null;
  }

  async since(userId: UserId): Promise<number | null> {
    return (await this.#options.storage.system.secondFactors.find(userId))?.confirmedAtMs ?? null;
  }

  /** A new secret, shown to the caller once. It counts when a code has confirmed it. @throws ProtocolError `conflict` */
  async begin({ actor }: Requester): Promise<TotpEnrollment> {
    const { storage, box, nowMs, random } = this.#options;
    const secret = new Secret({ buffer: new Uint8Array(random(SECRET_BYTES)).buffer });
    const sealedSecret = box.seal(secret.base32, actor.userId);
    const factor = { userId: actor.userId, sealedSecret, createdAtMs: nowMs() };
    if (!(await storage.system.secondFactors.begin(factor))) {
      throw new ProtocolError("conflict", "One-time codes are on already. Turn them off to use another authenticator.");
    }
    return { secret: secret.base32, uri: totpOf(secret, actor.email).toString() };
  }

  /**
   * From now on sign-in asks for a code.
   *
   * @returns recovery codes, shown to the caller once
   * @throws ProtocolError `conflict` when nothing was begun, `unauthenticated` for a wrong code, `rate_limited`
   */
  async confirm({ actor, address }: Requester, code: string): Promise<RecoveryCodes> {
    const { storage, audit, nowMs } = this.#options;
    await this.#byAccount.consume(actor.userId);
    const recoveryCodes = this.#newRecoveryCodes();
    await storage.transaction(async (scope) => {
      const { secondFactors } = scope.system;
      const factor = await secondFactors.find(actor.userId);
      if (factor === undefined || factor.confirmedAtMs !== null) {
        throw new ProtocolError("conflict", "There is nothing to confirm. Begin again.");
      }
      if (!(await this.#useTotp(scope, actor.userId, normalize(code)))) throw wrongCode();
      await secondFactors.confirm(actor.userId, nowMs());
      await secondFactors.replaceRecoveryCodes(actor.userId, recoveryCodes.map(hashOf(actor.userId)));
      await recordForAccount({ audit, scope }, actor, { kind: "second_factor.added", address });
    });
    await this.#byAccount.clear(actor.userId);
    return { recoveryCodes };
  }

  /** @throws ProtocolError `conflict` when it is off */
  async remove({ actor, address }: Requester): Promise<void> {
    const { storage, audit } = this.#options;
    await storage.transaction(async (scope) => {
      if (!(await scope.system.secondFactors.remove(actor.userId))) throw isOff();
      await recordForAccount({ audit, scope }, actor, { kind: "second_factor.removed", address });
    });
  }

  /** Other recovery codes; those of before stop working. @throws ProtocolError `conflict` when codes are off */
  async renewRecoveryCodes({ actor, address }: Requester): Promise<RecoveryCodes> {
    const { storage, audit } = this.#options;
    const recoveryCodes = this.#newRecoveryCodes();
    await storage.transaction(async (scope) => {
      const factor = await scope.system.secondFactors.find(actor.userId);
      if (factor === undefined || factor.confirmedAtMs === null) throw isOff();
      await scope.system.secondFactors.replaceRecoveryCodes(actor.userId, recoveryCodes.map(hashOf(actor.userId)));
      await recordForAccount({ audit, scope }, actor, { kind: "recovery_codes.replaced", address });
    });
    return { recoveryCodes };
  }

  /**
   * Spends a code inside the caller's transaction. A time step counts once, a recovery code counts once, whoever is
   * faster. @throws ProtocolError `key_mismatch` when the hub cannot read the secret
   */
  async use(scope: StorageScope, userId: UserId, code: string): Promise<CodeKind> {
    const text = normalize(code);
    const factor = await scope.system.secondFactors.find(userId);
    if (factor === undefined || factor.confirmedAtMs === null) return null;
    if (RECOVERY_FORM.test(text)) {
      const isRight = await scope.system.secondFactors.takeRecoveryCode(userId, hashOf(userId)(text));
      return isRight ? "recovery code" : null;
    }
    return (await this.#useTotp(scope, userId, text)) ? "one-time code" : null;
  }

  async #useTotp(scope: StorageScope, userId: UserId, code: string): Promise<boolean> {
    const { box, nowMs } = this.#options;
    const factor = await scope.system.secondFactors.find(userId);
    if (factor === undefined || !/^\d{6}$/.test(code)) return false;
    const secret = Secret.fromBase32(box.unseal(factor.sealedSecret, userId));
    const timestamp = nowMs();
    const delta = totpOf(secret, "").validate({ token: code, timestamp, window: WINDOW_STEPS });
    if (delta === null) return false;
    const step = Math.floor(timestamp / 1_000 / PERIOD_SECONDS) + delta;
    return scope.system.secondFactors.useStep(userId, step);
  }

  #newRecoveryCodes(): readonly string[] {
    return Array.from({ length: RECOVERY_CODES }, () => {
      let text = "";
      for (const byte of this.#options.random(RECOVERY_CHARACTERS)) text += RECOVERY_ALPHABET.charAt(byte & 31);
      return text.replace(/(.{4})(?=.)/g, "$1-");
    });
  }
}

const totpOf = (secret: Secret, label: string): TOTP =>
  new TOTP({ issuer: "Yardarm", label, algorithm: "SHA1", digits: 6, period: PERIOD_SECONDS, secret });

const normalize = (code: string): string => code.replaceAll(/[\s-]/g, "").toLowerCase();

/** Bound to the person, so that equal codes of two people would not look equal. */
const hashOf =
  (userId: UserId) =>
  (code: string): string =>
    createHash("sha256")
      .update(`${userId}\0${normalize(code)}`)
      .digest("hex");

export const wrongCode = (): ProtocolError =>
  new ProtocolError("unauthenticated", "This code is wrong, too old or was used before.");

const isOff = (): ProtocolError => new ProtocolError("conflict", "One-time codes are not on.");

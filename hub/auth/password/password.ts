import * as crypto from "node:crypto";
import { promisify } from "node:util";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { RandomBytes } from "../crypto/new-id.ts";

/** Hashes that run at once; each takes about 35 ms and 19 MiB, on one of the threads that also serve files. */
const RUNNING = 4;
/** Callers that wait for their turn; the next one is refused. */
const WAITING = 32;

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What one argon2id hash costs: memory in KiB, and how often it is gone through. One lane. */
export interface Argon2Cost {
  readonly memory: number;
  readonly passes: number;
}

/** OWASP's recommendation: 19 MiB, two passes. */
const ARGON2: Argon2Cost = { memory: 19_456, passes: 2 };
/** Where OpenSSL has no argon2: 2^17 blocks of 1 KiB. */
const SCRYPT = { cost: 17, blockSize: 8, parallelization: 1 };

type Stored =
  | {
      readonly kind: "argon2id";
      readonly memory: number;
      readonly passes: number;
      readonly parallelism: number;
      readonly salt: Buffer;
      readonly hash: Buffer;
    }
  | {
      readonly kind: "scrypt";
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
      readonly salt: Buffer;
      readonly hash: Buffer;
    };

const argon2 = promisify(crypto.argon2);
const scrypt = promisify<crypto.BinaryLike, crypto.BinaryLike, number, crypto.ScryptOptions, Buffer>(crypto.scrypt);

const derive = (password: string, stored: Stored): Promise<Buffer> => {
  const { salt, hash } = stored;
  const message = Buffer.from(password.normalize("NFC"));
  if (stored.kind === "argon2id") {
    const { memory, passes, parallelism } = stored;
    return argon2("argon2id", { message, nonce: salt, memory, passes, parallelism, tagLength: hash.length });
  }
  const N = 2 ** stored.cost;
  const { blockSize: r, parallelization: p } = stored;
  return scrypt(message, salt, hash.length, { N, r, p, maxmem: 256 * N * r });
};

/** The PHC string format, as other programs write it too. */
const format = (stored: Stored): string => {
  const text = (bytes: Buffer): string => bytes.toString("base64").replaceAll("=", "");
  const parameters =
    stored.kind === "argon2id"
      ? `v=19$m=${stored.memory},t=${stored.passes},p=${stored.parallelism}`
      : `ln=${stored.cost},r=${stored.blockSize},p=${stored.parallelization}`;
  return `$${stored.kind}$${parameters}$${text(stored.salt)}$${text(stored.hash)}`;
};

const ARGON2_FORM = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const SCRYPT_FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const parse = (text: string): Stored | null => {
  const [, a, b, c, salt = "", hash = ""] = ARGON2_FORM.exec(text) ?? SCRYPT_FORM.exec(text) ?? [];
  if (a === undefined) return null;
  const bytes = { salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
  return text.startsWith("$argon2id$")
    ? { kind: "argon2id", memory: Number(a), passes: Number(b), parallelism: Number(c), ...bytes }
    : { kind: "scrypt", cost: Number(a), blockSize: Number(b), parallelization: Number(c), ...bytes };
};

/** Hashes and checks passwords, a few at a time, so that a flood of sign-ins cannot take the machine. */
export class Passwords {
  readonly #random: RandomBytes;
  readonly #hasArgon2: boolean;
  readonly #cost: Argon2Cost;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `hasArgon2: false` chooses scrypt, by default whatever this Node has; only tests ask for another `cost`. */
  constructor(options: { readonly random: RandomBytes; readonly hasArgon2?: boolean; readonly cost?: Argon2Cost }) {
    this.#random = options.random;
    this.#hasArgon2 = options.hasArgon2 ?? typeof crypto.argon2 === "function";
    this.#cost = options.cost ?? ARGON2;
  }

  /** @throws ProtocolError `rate_limited` when too many wait already */
  async hash(password: string): Promise<string> {
    const bytes = { salt: Buffer.from(this.#random(SALT_BYTES)), hash: Buffer.alloc(HASH_BYTES) };
    const fresh: Stored = this.#hasArgon2
      ? { kind: "argon2id", ...this.#cost, parallelism: 1, ...bytes }
      : { kind: "scrypt", ...SCRYPT, ...bytes };
    return this.#inTurn(async () => format({ ...fresh, hash: await derive(password, fresh) }));
  }

  /**
   * True when `password` made the hash. `null` (no such user) and what is no hash (a user without a password) take as
   * long and are never right.
   *
   * @throws ProtocolError `rate_limited` when too many wait already
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const stored = hash === null ? null : parse(hash);
    if (stored === null) {
      await this.hash(password);
      return false;
    }
    return this.#inTurn(async () => crypto.timingSafeEqual(await derive(password, stored), stored.hash));
  }

  /** True when the hash was made with other parameters than today's: hash again at the next sign-in. */
  isOutdated(hash: string): boolean {
    const stored = parse(hash);
    if (stored === null) return true;
    if (stored.kind === "scrypt") return this.#hasArgon2 || stored.cost < SCRYPT.cost;
    return stored.memory < this.#cost.memory || stored.passes < this.#cost.passes;
  }

  async #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#running < RUNNING) {
      this.#running += 1;
    } else {
      if (this.#waiting.length >= WAITING) {
        throw new ProtocolError("rate_limited", "Too many people are signing in at this moment. Try again soon.");
      }
      // Whoever finishes hands its place on, so the count stays.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/**
 * The host's key, and the one that replaces it: until the hub has welcomed the holder of the new one, both are on the disk
 * and either may be what the hub knows, so that an agent that dies anywhere in between still gets in.
 */
import { createHash, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { formatKeyFingerprint } from "@yardarm/protocol/key-fingerprint";
import { type Identity, keyFile, type Signer, signerOf } from "./identity.ts";
import type { StateDirectory } from "./state-directory.ts";

const NEXT_FILE = "key-next.pem";

export class AgentKeys {
  readonly #directory: StateDirectory;
  readonly #file: string;
  #current: Signer;

  constructor(directory: StateDirectory, identity: Pick<Identity, "joinTokenId" | "signer">) {
    this.#directory = directory;
    this.#file = keyFile(identity.joinTokenId);
    this.#current = identity.signer;
  }

  /** The key in force, as far as this agent knows. */
  get current(): Signer {
    return this.#current;
  }

  /** The key that was made to replace it. Read anew, because `yardarm-agent rotate-key` makes it from outside. */
  get next(): Signer | null {
    const pem = this.#directory.read(NEXT_FILE);
    const next = pem === null ? null : signerOf(createPrivateKey(pem));
    return next?.publicKey === this.#current.publicKey ? null : next;
  }

  /** In the order in which the hub is asked: it may have the next one already. */
  get candidates(): readonly Signer[] {
    const { next } = this;
    return next === null ? [this.#current] : [next, this.#current];
  }

  /** Makes the key that will replace the present one; the one that was made already when there is one. Durable. */
  prepare(): Signer {
    const { next } = this;
    if (next !== null) return next;
    const { privateKey } = generateKeyPairSync("ed25519");
    this.#directory.write(NEXT_FILE, privateKey.export({ format: "pem", type: "pkcs8" }).toString());
    return signerOf(privateKey);
  }

  /**
   * The hub has welcomed the holder of this key: the other one is worth nothing any more.
   *
   * @returns true when the key was replaced by this
   */
  welcomed(publicKey: string): boolean {
    const { next } = this;
    if (next === null || next.publicKey !== publicKey) return false;
    const pem = this.#directory.read(NEXT_FILE);
    if (pem === null) return false;
    this.#directory.write(this.#file, pem);
    this.#directory.remove(NEXT_FILE);
    this.#current = next;
    return true;
  }
}

/** What a person compares with what the hub shows. */
export const keyFingerprintOf = (publicKey: string): string =>
  formatKeyFingerprint(createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("hex"));

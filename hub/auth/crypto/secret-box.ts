import { createCipheriv, createDecipheriv } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { ProtocolError } from "@yardarm/protocol/errors";
import { decodeBase64Url } from "./ed25519.ts";
import type { RandomBytes } from "./new-id.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = "v1.";

export interface SecretBoxOptions {
  /** The key's file, outside the database; made when something is sealed for the first time. */
  readonly file: string;
  readonly random: RandomBytes;
}

/**
 * Seals what the hub itself has to read again, such as the secret of somebody's authenticator, so that the database or
 * a backup of it is worth nothing without the key (AES-256-GCM).
 */
export class SecretBox {
  readonly #options: SecretBoxOptions;
  #key: Buffer | null = null;

  constructor(options: SecretBoxOptions) {
    this.#options = options;
  }

  /** @param context what it belongs to; opening under another one fails. @throws ProtocolError `storage_unavailable` */
  seal(text: string, context: string): string {
    const nonce = Buffer.from(this.#options.random(NONCE_BYTES));
    const cipher = createCipheriv("aes-256-gcm", this.#open(true), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return FORM + sealed.toString("base64url");
  }

  /** @throws ProtocolError `key_mismatch` when the key is missing or another one, or the text was changed */
  unseal(sealed: string, context: string): string {
    const key = this.#open(false);
    try {
      const bytes = Buffer.from(sealed.slice(FORM.length), "base64url");
      const end = bytes.length - TAG_BYTES;
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(end));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]).toString("utf8");
    } catch (cause) {
      throw unreadable(cause);
    }
  }

  #open(mayCreate: boolean): Buffer {
    this.#key ??= this.#read() ?? (mayCreate ? this.#create() : null);
    if (this.#key === null) throw unreadable();
    return this.#key;
  }

  #read(): Buffer | null {
    const { file } = this.#options;
    let text: string;
    try {
      if ((statSync(file).mode & 0o077) !== 0) {
        throw new ProtocolError(
          "key_mismatch",
          "The hub's secrets key can be read by others: its operator has to chmod 600 it.",
        );
      }
      text = readFileSync(file, "utf8").trim();
    } catch (cause) {
      if (cause instanceof ProtocolError) throw cause;
      if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
      throw new ProtocolError("storage_unavailable", "The hub's secrets key cannot be read.", { cause });
    }
    const key = decodeBase64Url(text, KEY_BYTES);
    if (key === null) throw new ProtocolError("key_mismatch", "The hub's secrets key is damaged.");
    return Buffer.from(key);
  }

  /** Of several hubs that make it at once one is first, and the others read its key. */
  #create(): Buffer {
    const { file, random } = this.#options;
    const key = Buffer.from(random(KEY_BYTES));
    try {
      const handle = openSync(file, "wx", 0o600);
      try {
        writeSync(handle, `${key.toString("base64url")}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      return key;
    } catch (cause) {
      const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
      const known = isThere ? this.#read() : null;
      if (known !== null) return known;
      throw new ProtocolError("storage_unavailable", "The hub's secrets key cannot be written.", { cause });
    }
  }
}

const unreadable = (cause?: unknown): ProtocolError =>
  new ProtocolError(
    "key_mismatch",
    "The hub cannot read this second factor: its secrets key is missing or another one. Ask its operator.",
    { cause },
  );

import { createHash, type KeyObject } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import type { KeySet } from "@yardarm/protocol/api/hosts";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type HubId, ID_PATTERN, type KeyId } from "@yardarm/protocol/ids";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import type { Storage } from "../storage/storage.ts";
import { decodeBase64Url, privateKeyFromSeed, publicKeyOf, signFor, verifyFor } from "./ed25519.ts";
import { newId, type RandomBytes } from "./new-id.ts";

/** What the key file holds. `seed` is the private key; nothing else on this machine or in the database is. */
type KeyFile = { readonly version: 1; readonly hubId: HubId; readonly keyId: KeyId; readonly seed: string };

const SEED_BYTES = 32;

/** A signed message as it travels: the exact bytes, who signed, and the signature. */
export type Signed = { readonly payload: string; readonly keyId: KeyId; readonly signature: string };

/** The hub's identity: its id, the public key set that agents pin, and the power to sign. */
export class HubKeys {
  readonly hubId: HubId;
  readonly keyId: KeyId;
  /** The exact JSON text in which the key set travels. */
  readonly keySet: string;
  /** SHA-256 of that text, unpadded base64url: what a join token carries. */
  readonly fingerprint: string;
  readonly #privateKey: KeyObject;

  constructor(identity: { hubId: HubId; keyId: KeyId; keySet: string; privateKey: KeyObject }) {
    this.hubId = identity.hubId;
    this.keyId = identity.keyId;
    this.keySet = identity.keySet;
    this.fingerprint = createHash("sha256").update(identity.keySet).digest("base64url");
    this.#privateKey = identity.privateKey;
  }

  /** Signs exactly these bytes; whoever sends them MUST NOT serialise them again. */
  sign(purpose: SigningPurpose, payload: string): Signed {
    return { payload, keyId: this.keyId, signature: signFor(purpose, payload, this.#privateKey) };
  }

  /** True when a node of this hub signed exactly these bytes for this purpose. */
  isSigned(purpose: SigningPurpose, { payload, keyId, signature }: { readonly [K in keyof Signed]: string }): boolean {
    const key = (JSON.parse(this.keySet) as KeySet).keys.find((one) => one.keyId === keyId);
    return key !== undefined && verifyFor(purpose, payload, { publicKey: key.publicKey, signature });
  }
}

export interface OpenHubKeysOptions {
  readonly file: string;
  readonly storage: Storage;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
}

/**
 * Reads the hub's key, or makes one for a hub that has neither key nor database. The file is on disk before the
 * database knows of it, so that a crash between the two is healed by the next start.
 *
 * @throws ProtocolError `key_mismatch` with a sentence when key and database do not belong together or the file is open
 *   to others
 */
export const openHubKeys = async (options: OpenHubKeysOptions): Promise<HubKeys> => {
  const { file, storage, random } = options;
  const known = await storage.system.instance.find();
  const stored = readKeyFile(file);
  if (stored === null && known !== undefined) {
    throw mismatch(
      `The database belongs to the hub ${known.hubId}, but its key file ${file} is missing. Agents obey that key only: ` +
        "restore the file from a backup, or point YARDARM_HUB_KEY_FILE at it.",
    );
  }
  const keyFile = stored ?? createKeyFile(file, random);
  const privateKey = privateKeyFromSeed(keyFile.seed);
  if (privateKey === null) throw mismatch(`The key file ${file} is damaged. Restore it from a backup.`);
  const keySet = keySetText(keyFile, publicKeyOf(privateKey));
  if (known === undefined) {
    const nonceKey = Buffer.from(random(SEED_BYTES)).toString("base64url");
    await storage.system.instance.create({ hubId: keyFile.hubId, keySet, nonceKey, createdAtMs: options.nowMs() });
  }
  const instance = known ?? (await storage.system.instance.find());
  if (instance?.hubId !== keyFile.hubId || instance.keySet !== keySet) {
    throw mismatch(
      `The key file ${file} belongs to the hub ${keyFile.hubId}, the database to ${instance?.hubId}, or with another key. ` +
        "Start the hub with the key and the database that belong together.",
    );
  }
  return new HubKeys({ hubId: keyFile.hubId, keyId: keyFile.keyId, keySet, privateKey });
};

/** The fingerprint of this text is what agents trust: the order of its fields never changes. */
const keySetText = ({ hubId, keyId }: KeyFile, publicKey: string): string => {
  const keySet: KeySet = { version: 1, hubId, keys: [{ keyId, publicKey }] };
  return JSON.stringify(keySet);
};

const createKeyFile = (file: string, random: RandomBytes): KeyFile => {
  const seed = Buffer.from(random(SEED_BYTES)).toString("base64url");
  const keyFile: KeyFile = { version: 1, hubId: newId<HubId>("hub", random), keyId: newId<KeyId>("key", random), seed };
  const temporary = `${file}.new`;
  try {
    const handle = openSync(temporary, "w", 0o600);
    try {
      writeSync(handle, `${JSON.stringify(keyFile, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
    const directory = openSync(path.dirname(file), "r");
    fsyncSync(directory);
    closeSync(directory);
  } catch (cause) {
    throw new ProtocolError("storage_unavailable", `The key file ${file} cannot be written.`, { cause });
  }
  return keyFile;
};

const readKeyFile = (file: string): KeyFile | null => {
  let text: string;
  try {
    if ((statSync(file).mode & 0o077) !== 0) {
      throw mismatch(`The key file ${file} can be read by others. Make it the hub's alone: chmod 600 ${file}`);
    }
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new ProtocolError("storage_unavailable", `The key file ${file} cannot be read.`, { cause });
  }
  const keyFile = parseKeyFile(text);
  if (keyFile === null) throw mismatch(`The key file ${file} is damaged. Restore it from a backup.`);
  return keyFile;
};

const parseKeyFile = (text: string): KeyFile | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { version, hubId, keyId, seed } = value as Partial<Record<keyof KeyFile, unknown>>;
  if (version !== 1 || typeof hubId !== "string" || typeof keyId !== "string" || typeof seed !== "string") return null;
  if (!ID_PATTERN.test(hubId) || !ID_PATTERN.test(keyId) || decodeBase64Url(seed, SEED_BYTES) === null) return null;
  return { version, hubId: asId<HubId>(hubId), keyId: asId<KeyId>(keyId), seed };
};

const mismatch = (sentence: string): ProtocolError => new ProtocolError("key_mismatch", sentence);

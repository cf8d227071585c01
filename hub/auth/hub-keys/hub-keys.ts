import type { KeyObject } from "node:crypto";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HubId, KeyId } from "@yardarm/protocol/ids";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import type { Storage } from "../../storage/storage.ts";
import { privateKeyFromSeed, signFor, verifyFor } from "../crypto/ed25519.ts";
import type { RandomBytes } from "../crypto/new-id.ts";
import { fingerprintOf, firstKeys } from "./change-keys.ts";
import { type KeyFile, mismatch, parseKeySet, readKeyFile, writeKeyFile } from "./key-file.ts";

const NONCE_KEY_BYTES = 32;

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
  /** How agents that pinned an earlier set come to this one, oldest first. */
  readonly updates: KeyFile["updates"];
  readonly #privateKey: KeyObject;
  readonly #publicKeys: ReadonlyMap<string, string>;

  /** Throws `key_mismatch` for a key that is none. */
  constructor(keyFile: KeyFile) {
    const privateKey = privateKeyFromSeed(keyFile.seed);
    if (privateKey === null) throw mismatch("The hub's key is damaged.");
    this.hubId = keyFile.hubId;
    this.keyId = keyFile.keyId;
    this.keySet = keyFile.keySet;
    this.fingerprint = fingerprintOf(keyFile.keySet);
    this.updates = keyFile.updates;
    this.#privateKey = privateKey;
    this.#publicKeys = new Map(parseKeySet(keyFile.keySet).keys.map(({ keyId, publicKey }) => [keyId, publicKey]));
  }

  /** Signs exactly these bytes; whoever sends them MUST NOT serialise them again. */
  sign(purpose: SigningPurpose, payload: string): Signed {
    return { payload, keyId: this.keyId, signature: signFor(purpose, payload, this.#privateKey) };
  }

  /** True when a node of this hub signed exactly these bytes for this purpose. */
  isSigned(purpose: SigningPurpose, { payload, keyId, signature }: { readonly [K in keyof Signed]: string }): boolean {
    const publicKey = this.#publicKeys.get(keyId);
    return publicKey !== undefined && verifyFor(purpose, payload, { publicKey, signature });
  }
}

export interface OpenHubKeysOptions {
  readonly file: string;
  readonly storage: Storage;
  readonly nowMs: () => number;
  readonly random: RandomBytes;
  /** Told of the recovery key of a new hub, once, for the operator's eyes: nothing remembers it afterwards. */
  readonly showRecoveryKey: (recoveryKey: string) => void;
}

/**
 * Reads the hub's keys, or makes them for a hub that has neither keys nor database. The file is on disk before the
 * database knows of it, and what the file says of later keys is taken over into the database: a crash in between, or a
 * database restored from before a change of keys, is healed by the next start.
 *
 * @throws ProtocolError `key_mismatch` with a sentence when keys and database do not belong together, when the file is
 *   older than the database, or open to others
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
  const keyFile = stored ?? makeKeyFile(options);
  const { hubId, keySet } = keyFile;
  if (known === undefined) {
    const nonceKey = Buffer.from(random(NONCE_KEY_BYTES)).toString("base64url");
    await storage.system.instance.create({ hubId, keySet, nonceKey, createdAtMs: options.nowMs() });
  }
  const instance = known ?? (await storage.system.instance.find());
  if (instance?.hubId !== hubId) {
    throw mismatch(
      `The key file ${file} belongs to the hub ${hubId}, the database to ${instance?.hubId}. ` +
        "Start the hub with the key and the database that belong together.",
    );
  }
  if (instance.keySet !== keySet) {
    if (!isLater(keySet, instance.keySet)) {
      throw mismatch(
        `The key file ${file} is older than the keys that the database knows of. Restore the newest copy of the file.`,
      );
    }
    await storage.system.instance.setKeySet(keySet);
  }
  return new HubKeys(keyFile);
};

const makeKeyFile = ({ file, random, showRecoveryKey }: OpenHubKeysOptions): KeyFile => {
  const { keyFile, recoveryKey } = firstKeys(random);
  writeKeyFile(file, keyFile);
  showRecoveryKey(recoveryKey);
  return keyFile;
};

const isLater = (text: string, than: string): boolean => {
  const [later, earlier] = [parseKeySet(text), parseKeySet(than)];
  if (later.generation !== earlier.generation) return later.generation > earlier.generation;
  return later.version > earlier.version;
};

/** The hub's keys for a command beside it. Throws `not_found` with a sentence when it has none yet. */
export const existingKeyFile = (file: string): KeyFile => {
  const keyFile = readKeyFile(file);
  if (keyFile === null) throw new ProtocolError("not_found", `There is no key file ${file}. Start the hub first.`);
  return keyFile;
};

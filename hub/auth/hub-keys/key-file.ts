import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { type KeySet, keySetSchema } from "@yardarm/protocol/api/hosts";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HubId, KeyId } from "@yardarm/protocol/ids";
import { KEY_SET_CHANGES } from "@yardarm/protocol/key-set";
import { idSchema } from "@yardarm/protocol/schema";
import { z } from "zod";
import { privateKeyFromSeed, publicKeyOf } from "../crypto/ed25519.ts";

const keyFileSchema = z.strictObject({
  version: z.literal(2),
  hubId: idSchema<HubId>(),
  keyId: idSchema<KeyId>(),
  /** The private key with which this hub signs; nothing else on this machine or in the database is. */
  seed: z.string(),
  /** The exact text of the public set that agents pin. */
  keySet: z.string(),
  /** How agents come from an earlier set to this one, oldest first: public, and worth what its signatures are. */
  updates: z.array(z.object({ payload: z.string(), keyId: z.string(), signature: z.string() })).max(KEY_SET_CHANGES),
});

/** The hub's keys on disk, 0600, outside the database. */
export type KeyFile = z.infer<typeof keyFileSchema>;

/**
 * `null` when there is none.
 *
 * @throws ProtocolError `key_mismatch` when the file is damaged or open to others, `storage_unavailable`
 */
export const readKeyFile = (file: string): KeyFile | null => {
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
  try {
    const keyFile = keyFileSchema.parse(JSON.parse(text));
    const privateKey = privateKeyFromSeed(keyFile.seed);
    const { hubId, keys } = parseKeySet(keyFile.keySet);
    const own = keys.find(({ keyId }) => keyId === keyFile.keyId);
    if (privateKey !== null && hubId === keyFile.hubId && own?.publicKey === publicKeyOf(privateKey)) return keyFile;
  } catch {
    // Said below: the text of the cause could carry the key.
  }
  throw mismatch(`The key file ${file} is damaged. Restore it from a backup.`);
};

/** Replaces the file as a whole; durable when it returns. Throws `storage_unavailable`. */
export const writeKeyFile = (file: string, keyFile: KeyFile): void => {
  try {
    const handle = openSync(`${file}.new`, "w", 0o600);
    try {
      writeSync(handle, `${JSON.stringify(keyFile, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(`${file}.new`, file);
    const directory = openSync(path.dirname(file), "r");
    fsyncSync(directory);
    closeSync(directory);
  } catch (cause) {
    throw new ProtocolError("storage_unavailable", `The key file ${file} cannot be written.`, { cause });
  }
};

export const parseKeySet = (text: string): KeySet => keySetSchema.parse(JSON.parse(text));

export const mismatch = (sentence: string): ProtocolError => new ProtocolError("key_mismatch", sentence);

import { createHash } from "node:crypto";
import type { KeySet } from "@yardarm/protocol/api/hosts";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { HubId, KeyId } from "@yardarm/protocol/ids";
import { KEY_SET_CHANGES, KEY_SET_KEYS, RECOVERY_KEY_ID } from "@yardarm/protocol/key-set";
import { privateKeyFromSeed, publicKeyOf, signFor } from "../crypto/ed25519.ts";
import { newId, type RandomBytes } from "../crypto/new-id.ts";
import { type KeyFile, mismatch, parseKeySet } from "./key-file.ts";

const SEED_BYTES = 32;
const RECOVERY_PREFIX = "yrk_";

/** What a change leaves: the file to write, and a new recovery key where it made one, to be shown once. */
export type ChangedKeys = { readonly keyFile: KeyFile; readonly recoveryKey: string };

/** SHA-256 of the exact text of a key set, unpadded base64url: what a join token carries, and a person compares. */
export const fingerprintOf = (keySet: string): string => createHash("sha256").update(keySet).digest("base64url");

/** The keys of a new hub. */
export const firstKeys = (random: RandomBytes): ChangedKeys => {
  const hubId = newId<HubId>("hub", random);
  const online = newOnlineKey(random);
  const recovery = newRecoveryKey(random);
  const { publicKey: recoveryPublicKey } = recovery;
  const set: KeySet = { version: 1, generation: 0, hubId, previous: null, keys: [online.entry], recoveryPublicKey };
  const keyFile: KeyFile = { version: 2, hubId, ...online.own, keySet: textOf(set), updates: [] };
  return { keyFile, recoveryKey: recovery.text };
};

/** A fresh online key, vouched for by the one before it, which agents go on believing until it is retired. */
export const rotateKeys = (keyFile: KeyFile, random: RandomBytes): KeyFile => {
  const { keys } = parseKeySet(keyFile.keySet);
  if (keys.length >= KEY_SET_KEYS) {
    throw new ProtocolError("conflict", `There are ${KEY_SET_KEYS} keys already. Retire one that no node uses first.`);
  }
  const online = newOnlineKey(random);
  return { ...followedBy(keyFile, { keys: [online.entry, ...keys] }), ...online.own };
};

/** Takes an online key out of the set. Throws `not_found`, `conflict` for the key in use. */
export const retireKey = (keyFile: KeyFile, keyId: string): KeyFile => {
  const { keys } = parseKeySet(keyFile.keySet);
  if (!keys.some((key) => key.keyId === keyId)) {
    throw new ProtocolError("not_found", `There is no key ${keyId}. «yardarm keys show» lists them.`);
  }
  if (keyId === keyFile.keyId) {
    throw new ProtocolError("conflict", "The hub signs with this key. Rotate first, then retire it.");
  }
  return followedBy(keyFile, { keys: keys.filter((key) => key.keyId !== keyId) });
};

/**
 * Every online key is worth nothing from now on; one fresh key takes their place.
 *
 * @throws ProtocolError `key_mismatch` when this is not the hub's recovery key
 */
export const revokeAllKeys = (keyFile: KeyFile, recoveryKey: string, random: RandomBytes): KeyFile => {
  const online = newOnlineKey(random);
  return { ...recoveredBy(keyFile, recoveryKey, { keys: [online.entry] }), ...online.own };
};

/** Another recovery key in the place of this one. Throws `key_mismatch` when it is not the hub's. */
export const replaceRecoveryKey = (keyFile: KeyFile, recoveryKey: string, random: RandomBytes): ChangedKeys => {
  const { publicKey: recoveryPublicKey, text } = newRecoveryKey(random);
  return { keyFile: recoveredBy(keyFile, recoveryKey, { recoveryPublicKey }), recoveryKey: text };
};

/** All keys anew when the recovery key is lost as well: nothing vouches for them, so that every agent is repinned by hand. */
export const resetKeys = (keyFile: KeyFile, random: RandomBytes): ChangedKeys => {
  const online = newOnlineKey(random);
  const { publicKey: recoveryPublicKey, text } = newRecoveryKey(random);
  const set = successor(keyFile, { keys: [online.entry], recoveryPublicKey, isRecovery: true });
  return { keyFile: { ...keyFile, ...online.own, keySet: textOf(set), updates: [] }, recoveryKey: text };
};

const followedBy = (keyFile: KeyFile, change: Pick<KeySet, "keys">): KeyFile => {
  const privateKey = privateKeyFromSeed(keyFile.seed);
  if (privateKey === null) throw mismatch("The hub's key is damaged.");
  const keySet = textOf(successor(keyFile, { ...change, isRecovery: false }));
  const update = { payload: keySet, keyId: keyFile.keyId, signature: signFor("key-set", keySet, privateKey) };
  return { ...keyFile, keySet, updates: [...keyFile.updates, update].slice(-KEY_SET_CHANGES) };
};

const recoveredBy = (keyFile: KeyFile, recoveryKey: string, change: Partial<KeySet>): KeyFile => {
  const typed = recoveryKey.trim();
  const privateKey = typed.startsWith(RECOVERY_PREFIX) ? privateKeyFromSeed(typed.slice(RECOVERY_PREFIX.length)) : null;
  if (privateKey === null || publicKeyOf(privateKey) !== parseKeySet(keyFile.keySet).recoveryPublicKey) {
    throw mismatch("This is not the recovery key of this hub.");
  }
  const keySet = textOf(successor(keyFile, { ...change, isRecovery: true }));
  const update = { payload: keySet, keyId: RECOVERY_KEY_ID, signature: signFor("key-set", keySet, privateKey) };
  return { ...keyFile, keySet, updates: [...keyFile.updates, update].slice(-KEY_SET_CHANGES) };
};

const successor = (
  { keySet }: KeyFile,
  { isRecovery, ...change }: Partial<KeySet> & { readonly isRecovery: boolean },
): KeySet => {
  const set = parseKeySet(keySet);
  const generation = set.generation + (isRecovery ? 1 : 0);
  return { ...set, ...change, version: set.version + 1, generation, previous: fingerprintOf(keySet) };
};

/** The fingerprint of this text is what agents trust; whoever needs it again MUST keep it as it is. */
const textOf = (set: KeySet): string => JSON.stringify(set);

const newOnlineKey = (random: RandomBytes) => {
  const keyId = newId<KeyId>("key", random);
  const { seed, publicKey } = newKey(random);
  return { own: { keyId, seed }, entry: { keyId, publicKey } };
};

const newRecoveryKey = (random: RandomBytes) => {
  const { seed, publicKey } = newKey(random);
  return { text: `${RECOVERY_PREFIX}${seed}`, publicKey };
};

const newKey = (random: RandomBytes) => {
  const seed = Buffer.from(random(SEED_BYTES)).toString("base64url");
  const privateKey = privateKeyFromSeed(seed);
  if (privateKey === null) throw new Error("The source of randomness gave too few bytes.");
  return { seed, publicKey: publicKeyOf(privateKey) };
};

import { randomBytes } from "node:crypto";
import {
  type ChangedKeys,
  fingerprintOf,
  replaceRecoveryKey,
  resetKeys,
  retireKey,
  revokeAllKeys,
  rotateKeys,
} from "../auth/hub-keys/change-keys.ts";
import { existingKeyFile } from "../auth/hub-keys/hub-keys.ts";
import { type KeyFile, parseKeySet, writeKeyFile } from "../auth/hub-keys/key-file.ts";
import type { Config } from "../config.ts";

/** What the operator may do to the hub's keys, beside a running hub or without one. */
export type KeyChange =
  | { readonly kind: "rotate" }
  | { readonly kind: "retire"; readonly keyId: string }
  | { readonly kind: "revoke-all"; readonly recoveryKey: string }
  | { readonly kind: "replace-recovery"; readonly recoveryKey: string }
  | { readonly kind: "reset" };

/** The hub's public keys, for people and for agents. */
export type ShownKeys = {
  readonly hubId: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly keys: readonly { readonly keyId: string; readonly signs: boolean }[];
  /** The exact text that agents pin. */
  readonly keySet: string;
};

/** @throws ProtocolError `not_found`, `key_mismatch` when there is no key file, or a damaged one */
export const showKeys = ({ hubKeyFile }: Config): ShownKeys => shown(existingKeyFile(hubKeyFile));

/**
 * Changes the key file, which the hub reads when it starts.
 *
 * @returns the keys afterwards, and the new recovery key where there is one, to be shown once
 * @throws ProtocolError `not_found`, `conflict`, `key_mismatch` (also: not the recovery key), `storage_unavailable`
 */
export const changeKeyFile = (
  { hubKeyFile }: Config,
  change: KeyChange,
): { readonly keys: ShownKeys; readonly recoveryKey: string | null } => {
  const changed = apply(existingKeyFile(hubKeyFile), change);
  const { keyFile, recoveryKey } = "keyFile" in changed ? changed : { keyFile: changed, recoveryKey: null };
  writeKeyFile(hubKeyFile, keyFile);
  return { keys: shown(keyFile), recoveryKey };
};

const apply = (keyFile: KeyFile, change: KeyChange): KeyFile | ChangedKeys => {
  switch (change.kind) {
    case "rotate":
      return rotateKeys(keyFile, randomBytes);
    case "retire":
      return retireKey(keyFile, change.keyId);
    case "revoke-all":
      return revokeAllKeys(keyFile, change.recoveryKey, randomBytes);
    case "replace-recovery":
      return replaceRecoveryKey(keyFile, change.recoveryKey, randomBytes);
    case "reset":
      return resetKeys(keyFile, randomBytes);
  }
};

const shown = ({ hubId, keyId: own, keySet }: KeyFile): ShownKeys => {
  const { version, keys } = parseKeySet(keySet);
  const listed = keys.map(({ keyId }) => ({ keyId, signs: keyId === own }));
  return { hubId, version, fingerprint: fingerprintOf(keySet), keys: listed, keySet };
};

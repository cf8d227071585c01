import { randomBytes } from "node:crypto";
import { KEY_SET_CHANGES, KEY_SET_KEYS, RECOVERY_KEY_ID } from "@yardarm/protocol/key-set";
import { keySetFingerprint, PinnedKeys } from "@yardarm/testkit/pinned-keys";
import { expect, test } from "vitest";
import {
  fingerprintOf,
  firstKeys,
  replaceRecoveryKey,
  resetKeys,
  retireKey,
  revokeAllKeys,
  rotateKeys,
} from "./change-keys.ts";
import { HubKeys as Signer } from "./hub-keys.ts";
import type { KeyFile } from "./key-file.ts";

/** What an agent that pinned `pinned` believes after the hub with `file` told it everything. */
const told = (pinned: PinnedKeys, file: KeyFile): boolean => {
  for (const change of file.updates) pinned.follow(change);
  return pinned.isSigned("welcome", new Signer(file).sign("welcome", "{}"));
};

const begin = () => {
  const { keyFile, recoveryKey } = firstKeys(randomBytes);
  return { keyFile, recoveryKey, agent: new PinnedKeys(keyFile.keySet) };
};

test("[KEY-1] an agent follows rotated and retired keys, one by one or all that it missed", () => {
  const { keyFile, agent } = begin();
  const away = new PinnedKeys(keyFile.keySet);
  const rotated = rotateKeys(keyFile, randomBytes);
  expect(told(agent, rotated)).toBe(true);
  expect(agent.isSigned("action", new Signer(keyFile).sign("action", "{}"))).toBe(true);
  const retired = retireKey(rotated, keyFile.keyId);
  const again = rotateKeys(retired, randomBytes);
  for (const one of [agent, away]) {
    expect(told(one, again)).toBe(true);
    expect(one.text).toBe(again.keySet);
    expect(one.isSigned("action", new Signer(keyFile).sign("action", "{}"))).toBe(false);
  }
  expect(keySetFingerprint(agent.text)).toBe(fingerprintOf(again.keySet));
});

test("[KEY-2] an online key may neither replace the recovery key nor begin a generation nor skip a set", () => {
  const { keyFile, agent } = begin();
  const signer = new Signer(keyFile);
  const next = JSON.parse(rotateKeys(keyFile, randomBytes).keySet);
  const other = JSON.parse(begin().keyFile.keySet);
  for (const change of [
    { recoveryPublicKey: other.recoveryPublicKey },
    { generation: 1 },
    { version: 3 },
    { version: 1 },
    { previous: null },
    { hubId: other.hubId },
    { keys: [] },
  ]) {
    const payload = JSON.stringify({ ...next, ...change });
    expect(agent.follow(signer.sign("key-set", payload)), payload).toBe(false);
    expect(agent.follow({ ...signer.sign("key-set", payload), keyId: RECOVERY_KEY_ID })).toBe(false);
  }
  const payload = JSON.stringify(next);
  expect(agent.follow(signer.sign("welcome", payload))).toBe(false);
  expect(agent.follow(new Signer(begin().keyFile).sign("key-set", payload))).toBe(false);
  expect(agent.follow({ ...signer.sign("key-set", payload), payload: `${payload} ` })).toBe(false);
  expect(agent.text).toBe(keyFile.keySet);
  expect(agent.follow(signer.sign("key-set", payload))).toBe(true);
});

test("[KEY-3] the recovery key revokes what a stolen online key has said, however much that was", () => {
  const { keyFile, recoveryKey, agent } = begin();
  let stolen = keyFile;
  for (let step = 0; step < 5; step++) stolen = rotateKeys(stolen, randomBytes);
  expect(told(agent, stolen)).toBe(true);
  const recovered = revokeAllKeys(keyFile, recoveryKey, randomBytes);
  expect(told(agent, recovered)).toBe(true);
  expect(told(agent, stolen)).toBe(false);
  expect(told(agent, rotateKeys(stolen, randomBytes))).toBe(false);
  expect(agent.text).toBe(recovered.keySet);
});

test("[KEY-3] the recovery key replaces itself, and the one before is worth nothing then", () => {
  const { keyFile, recoveryKey, agent } = begin();
  const replaced = replaceRecoveryKey(keyFile, recoveryKey, randomBytes);
  expect(replaced.recoveryKey).not.toBe(recoveryKey);
  expect(told(agent, replaced.keyFile)).toBe(true);
  expect(() => revokeAllKeys(replaced.keyFile, recoveryKey, randomBytes)).toThrow("not the recovery key");
  expect(told(agent, revokeAllKeys(keyFile, recoveryKey, randomBytes))).toBe(false);
  expect(told(agent, revokeAllKeys(replaced.keyFile, ` ${replaced.recoveryKey}\n`, randomBytes))).toBe(true);
});

test("[KEY-4] keys without a voucher are pinned by hand only, and only of the agent's own hub", () => {
  const { keyFile, agent } = begin();
  const { keyFile: reset } = resetKeys(keyFile, randomBytes);
  expect(told(agent, reset)).toBe(false);
  expect(() => agent.repin(begin().keyFile.keySet)).toThrow("this agent belongs to");
  expect(() => agent.repin("{}")).toThrow();
  expect(agent.text).toBe(keyFile.keySet);
  agent.repin(reset.keySet);
  expect(told(agent, reset)).toBe(true);
});

test("[KEY-1] a key in use is not retired, an unknown one not found, and neither keys nor changes grow without end", () => {
  let { keyFile } = begin();
  expect(() => retireKey(keyFile, keyFile.keyId)).toThrow("signs with this key");
  expect(() => retireKey(keyFile, "key_0")).toThrow("no key");
  for (let count = 1; count < KEY_SET_KEYS; count++) keyFile = rotateKeys(keyFile, randomBytes);
  expect(() => rotateKeys(keyFile, randomBytes)).toThrow("Retire one");
  for (let count = 0; count < KEY_SET_CHANGES; count++) {
    const before = keyFile.keyId;
    const [, , ...others] = JSON.parse(keyFile.keySet).keys;
    keyFile = rotateKeys(retireKey(keyFile, others.at(-1).keyId), randomBytes);
    expect(keyFile.keyId).not.toBe(before);
  }
  expect(keyFile.updates).toHaveLength(KEY_SET_CHANGES);
  expect(Math.max(...keyFile.updates.map(({ payload }) => payload.length))).toBeLessThan(4096);
});

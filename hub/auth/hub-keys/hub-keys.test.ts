import { createHash, randomBytes } from "node:crypto";
import { chmod, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { keySetSchema } from "@yardarm/protocol/api/hosts";
import { type HubCore, openHubCore } from "@yardarm/testkit/hub-core";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { openSqliteStorage } from "../../storage/sqlite/open-sqlite.ts";
import { verifyFor } from "../crypto/ed25519.ts";
import { revokeAllKeys, rotateKeys } from "./change-keys.ts";
import { openHubKeys } from "./hub-keys.ts";
import { readKeyFile, writeKeyFile } from "./key-file.ts";

const shown = (): never => {
  throw new Error("Nothing made new keys.");
};

const reopen = (hub: HubCore, file = hub.keyFile) =>
  openHubKeys({
    file,
    storage: hub.storage,
    nowMs: () => hub.clock.nowMs(),
    random: randomBytes,
    showRecoveryKey: shown,
  });

test("a fresh hub makes its key once, in a file of its owner's alone, and finds it again", async () => {
  await using hub = await openHubCore();
  expect((await stat(hub.keyFile)).mode & 0o777).toBe(0o600);
  const again = await reopen(hub);
  expect(again.fingerprint).toBe(hub.keys.fingerprint);
  expect(again.keySet).toBe(hub.keys.keySet);
  const { seed } = JSON.parse(await readFile(hub.keyFile, "utf8")) as { seed: string };
  await hub.storage.close();
  const stored = await readFile(path.join(hub.directory, "yardarm.db"), "latin1");
  expect(stored).toContain(hub.keys.hubId);
  expect(stored).not.toContain(seed);
});

test("the fingerprint is the SHA-256 of the exact text of the key set", async () => {
  await using hub = await openHubCore();
  const keySet = keySetSchema.parse(JSON.parse(hub.keys.keySet));
  expect(keySet).toMatchObject({ version: 1, hubId: hub.keys.hubId, keys: [{ keyId: hub.keys.keyId }] });
  expect(hub.keys.fingerprint).toBe(createHash("sha256").update(hub.keys.keySet).digest("base64url"));
});

test("a signature holds for its purpose and its exact bytes only", async () => {
  await using hub = await openHubCore();
  const publicKey = keySetSchema.parse(JSON.parse(hub.keys.keySet)).keys[0]?.publicKey ?? "";
  const { payload, signature } = hub.keys.sign("action", '{"a":1}');
  expect(verifyFor("action", payload, { publicKey, signature })).toBe(true);
  expect(verifyFor("welcome", payload, { publicKey, signature })).toBe(false);
  expect(verifyFor("action", '{"a": 1}', { publicKey, signature })).toBe(false);
  expect(verifyFor("action", payload, { publicKey, signature: `${signature}==` })).toBe(false);
  expect(verifyFor("action", payload, { publicKey: "", signature: "" })).toBe(false);
});

test("[SEC-T20] a database without its key is refused, and the file is not made anew", async () => {
  await using hub = await openHubCore();
  await rename(hub.keyFile, `${hub.keyFile}.saved`);
  await expect(reopen(hub)).rejects.toMatchObject({
    code: "key_mismatch",
    message: expect.stringContaining("is missing"),
  });
  await rename(`${hub.keyFile}.saved`, hub.keyFile);
  expect((await reopen(hub)).hubId).toBe(hub.keys.hubId);
});

test("the key of another hub, or another key of this one, is refused", async () => {
  await using hub = await openHubCore();
  await using other = await openHubCore();
  await expect(reopen(hub, other.keyFile)).rejects.toMatchObject({ code: "key_mismatch" });
  const file = JSON.parse(await readFile(hub.keyFile, "utf8")) as { seed: string };
  file.seed = randomBytes(32).toString("base64url");
  await writeFile(hub.keyFile, JSON.stringify(file));
  await expect(reopen(hub)).rejects.toMatchObject({ code: "key_mismatch" });
});

test("a key file that others can read, or that is damaged, is refused", async () => {
  await using hub = await openHubCore();
  await chmod(hub.keyFile, 0o640);
  await expect(reopen(hub)).rejects.toMatchObject({ message: expect.stringContaining("chmod 600") });
  await chmod(hub.keyFile, 0o600);
  for (const damaged of ["", "{}", "null", "[", '{"version":1,"hubId":"x","keyId":"y","seed":"z"}']) {
    await writeFile(hub.keyFile, damaged);
    await expect(reopen(hub)).rejects.toMatchObject({ message: expect.stringContaining("damaged") });
  }
});

test("a key without a database (a crash between the two) is taken up by the next start", async () => {
  await using hub = await openHubCore();
  await using directory = await makeTempDir("storage");
  const storage = await openSqliteStorage({ dataDirectory: directory.path });
  const keys = await openHubKeys({
    file: hub.keyFile,
    storage,
    nowMs: () => 0,
    random: randomBytes,
    showRecoveryKey: shown,
  });
  expect(keys.fingerprint).toBe(hub.keys.fingerprint);
  expect((await storage.system.instance.find())?.hubId).toBe(hub.keys.hubId);
  await storage.close();
  await rm(hub.keyFile);
});

const fileOf = (hub: HubCore) => {
  const keyFile = readKeyFile(hub.keyFile);
  if (keyFile === null) throw new Error("There is no key file.");
  return keyFile;
};

test("[HOST-03] the recovery key is shown once and is nowhere on the hub's machine", async () => {
  await using hub = await openHubCore();
  expect(hub.recoveryKey).toMatch(/^yrk_[\w-]{43}$/);
  const secret = hub.recoveryKey.slice(4);
  await hub.storage.close();
  const files = await readdir(hub.directory, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    expect(await readFile(path.join(file.parentPath, file.name), "latin1")).not.toContain(secret);
  }
});

test("[HOST-03] keys that were changed in the file are taken up by the next start, also by an older database", async () => {
  await using hub = await openHubCore();
  const before = fileOf(hub);
  writeKeyFile(hub.keyFile, rotateKeys(rotateKeys(before, randomBytes), randomBytes));
  const after = await reopen(hub);
  expect(after.fingerprint).not.toBe(hub.keys.fingerprint);
  expect((await hub.storage.system.instance.find())?.keySet).toBe(after.keySet);
  await hub.storage.system.instance.setKeySet(before.keySet);
  expect((await reopen(hub)).keySet).toBe(after.keySet);
});

test("[HOST-03] a key file that is older than the database is refused: it could hold revoked keys", async () => {
  await using hub = await openHubCore();
  const before = fileOf(hub);
  writeKeyFile(hub.keyFile, revokeAllKeys(before, hub.recoveryKey, randomBytes));
  await reopen(hub);
  writeKeyFile(hub.keyFile, before);
  await expect(reopen(hub)).rejects.toMatchObject({
    code: "key_mismatch",
    message: expect.stringContaining("older than"),
  });
});

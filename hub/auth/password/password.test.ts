import { argon2Sync, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { Passwords } from "./password.ts";

const passwords = new Passwords({ random: randomBytes });

test("a password is checked against its own argon2id hash, in the PHC format with the chosen cost", async () => {
  const hash = await passwords.hash("correct horse battery");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await passwords.verify("correct horse battery", hash)).toBe(true);
  expect(await passwords.verify("correct horse batterz", hash)).toBe(false);
  expect(await passwords.hash("correct horse battery")).not.toBe(hash);
  expect(passwords.isOutdated(hash)).toBe(false);
});

test("composed and decomposed letters are the same password", async () => {
  const hash = await passwords.hash("na\u00efve password");
  expect(await passwords.verify("nai\u0308ve password", hash)).toBe(true);
});

test("nobody has no password, and takes as much work", async () => {
  expect(await passwords.verify("anything at all", null)).toBe(false);
});

test("a hash with other parameters still works and counts as outdated", async () => {
  const salt = randomBytes(16);
  const parameters = { message: "old password", nonce: salt, memory: 8_192, passes: 1, parallelism: 1, tagLength: 32 };
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replaceAll("=", "");
  const hash = `$argon2id$v=19$m=8192,t=1,p=1$${text(salt)}$${text(argon2Sync("argon2id", parameters))}`;
  expect(await passwords.verify("old password", hash)).toBe(true);
  expect(passwords.isOutdated(hash)).toBe(true);
});

test("where OpenSSL has no argon2, scrypt takes its place until it has", async () => {
  const scrypt = new Passwords({ random: randomBytes, hasArgon2: false });
  const hash = await scrypt.hash("correct horse battery");
  expect(hash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$/);
  expect(await passwords.verify("correct horse battery", hash)).toBe(true);
  expect(await passwords.verify("wrong horse battery", hash)).toBe(false);
  expect(scrypt.isOutdated(hash)).toBe(false);
  expect(passwords.isOutdated(hash)).toBe(true);
});

test("text that is no hash is never right", async () => {
  for (const text of ["", "plain", "$argon2id$v=19$m=1,t=1$x$y", "$2b$10$abc"]) {
    expect(await passwords.verify("plain", text)).toBe(false);
    expect(passwords.isOutdated(text)).toBe(true);
  }
});

test("[SEC] a flood is refused beyond the queue, and those inside it are served", async () => {
  // The queue counts callers, whatever a hash costs.
  const cheap = new Passwords({ random: randomBytes, cost: { memory: 64, passes: 1 } });
  const answers = await Promise.allSettled(Array.from({ length: 40 }, () => cheap.hash("flood")));
  const refused = answers.filter((answer) => answer.status === "rejected");
  expect(refused).toHaveLength(4); // 4 run, 32 wait
  for (const { reason } of refused) expect(reason).toMatchObject({ code: "rate_limited" });
  expect(await cheap.hash("after the flood")).toContain("$argon2id$");
});

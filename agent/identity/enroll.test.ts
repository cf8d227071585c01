import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type EnrollClaim, enrollRequestSchema, type KeySet } from "@yardarm/protocol/api/hosts";
import { asId, type HubId } from "@yardarm/protocol/ids";
import type { JoinToken } from "@yardarm/protocol/join-token";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { isSignedFor, privateKeyFromSeed, publicKeyFromRaw, rawPublicKey, signFor } from "./ed25519.ts";
import { enroll, isFinalRefusal } from "./enroll.ts";
import { keySetFingerprint } from "./hub-keys.ts";
import { loadIdentity } from "./identity.ts";
import { openStateDirectory, type StateDirectory } from "./state-directory.ts";

const HUB = asId<HubId>("hub_0123456789abcdefghij");
const hubKey = generateKeyPairSync("ed25519").privateKey;
const keySet = JSON.stringify({
  version: 1,
  generation: 0,
  hubId: HUB,
  previous: null,
  keys: [{ keyId: "k1", publicKey: rawPublicKey(hubKey) }],
  recoveryPublicKey: rawPublicKey(generateKeyPairSync("ed25519").privateKey),
} satisfies KeySet);
const seed = randomBytes(32).toString("base64url");
const token: JoinToken = { tokenId: "jtk_0123456789abcdefghij", seed, keySetFingerprint: keySetFingerprint(keySet) };

type Answer = { readonly status: number; readonly body: unknown };

describe("enroll", () => {
  let temp: TempDir;
  let directory: StateDirectory;
  let server: Server;
  let hubUrl: URL;
  const bodies: string[] = [];
  let answer: (claim: EnrollClaim) => Answer | "cut";

  const enrolled = (claim: EnrollClaim, key = hubKey): Answer => {
    const payload = JSON.stringify({
      hubId: HUB,
      orgId: "org_0123456789abcdefghij",
      hostId: "hst_0123456789abcdefghij",
      agentPublicKey: claim.agentPublicKey,
      enrolledAtNs: "1767322984000000000",
    });
    return { status: 200, body: { keySet, payload, keyId: "k1", signature: signFor("enrolled", payload, key) } };
  };

  beforeEach(async () => {
    temp = await makeTempDir("enroll");
    directory = openStateDirectory(join(temp.path, "state"));
    bodies.length = 0;
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => {
        body += piece;
      });
      request.on("end", () => {
        bodies.push(body);
        const reply = answer(JSON.parse(enrollRequestSchema.parse(JSON.parse(body)).payload));
        if (reply === "cut") response.destroy();
        else response.writeHead(reply.status).end(JSON.stringify(reply.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    hubUrl = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await temp.remove();
  });

  const attempt = () => enroll({ hubUrl, token, directory, agentVersion: "0.1.0", hostname: "shed" });

  test("[HOST-02] proves possession of seed and new key, and never sends the seed", async () => {
    answer = enrolled;
    const identity = await attempt();
    const [body = ""] = bodies;
    expect(body).not.toContain(seed);
    const request = enrollRequestSchema.parse(JSON.parse(body));
    const seedPublic = publicKeyFromRaw(rawPublicKey(privateKeyFromSeed(seed)));
    const { payload, seedSignature, agentSignature } = request;
    expect(isSignedFor("join-token", { payload, signature: seedSignature }, seedPublic)).toBe(true);
    const agentPublic = publicKeyFromRaw(identity.signer.publicKey);
    expect(isSignedFor("enroll", { payload, signature: agentSignature }, agentPublic)).toBe(true);
    expect(isSignedFor("connect", { payload, signature: agentSignature }, agentPublic)).toBe(false);
  });

  test("pins hub, host and key set, readable by the owner alone", async () => {
    answer = enrolled;
    const { signer, ...identity } = await attempt();
    const loaded = loadIdentity(directory);
    expect(loaded).toMatchObject({ ...identity, hubKeys: { text: keySet } });
    expect(loaded?.signer.publicKey).toBe(signer.publicKey);
    expect(statSync(directory.path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory.path)) {
      expect(statSync(join(directory.path, name)).mode & 0o777).toBe(0o600);
    }
  });

  test("asks again with the same key when the answer was lost", async () => {
    answer = () => "cut";
    await expect(attempt()).rejects.toMatchObject({ code: "agent_timeout" });
    expect(loadIdentity(directory)).toBeNull();
    answer = enrolled;
    await attempt();
    const [first, second] = bodies.map((body) => JSON.parse(JSON.parse(body).payload).agentPublicKey);
    expect(second).toBe(first);
  });

  test("refuses a hub whose key set is not the one that the token names", async () => {
    const other = generateKeyPairSync("ed25519").privateKey;
    answer = (claim) => {
      const reply = enrolled(claim, other);
      const publicKey = rawPublicKey(other);
      const forged = JSON.stringify({ ...JSON.parse(keySet), keys: [{ keyId: "k1", publicKey }] });
      return { status: 200, body: { ...(reply.body as object), keySet: forged } };
    };
    const refusal = await attempt().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "key_mismatch" });
    expect(isFinalRefusal(refusal)).toBe(true);
    expect(loadIdentity(directory)).toBeNull();
  });

  test("refuses an answer that the hub's key did not sign", async () => {
    answer = (claim) => enrolled(claim, generateKeyPairSync("ed25519").privateKey);
    await expect(attempt()).rejects.toMatchObject({ code: "signature_invalid" });
  });

  test("refuses an answer made for another agent's key", async () => {
    answer = (claim) => enrolled({ ...claim, agentPublicKey: rawPublicKey(hubKey) });
    await expect(attempt()).rejects.toMatchObject({ code: "signature_invalid" });
  });

  test.each([
    ["token_expired", "has expired"],
    ["token_used", "was used already"],
    ["token_invalid", "does not know"],
  ])("says what to do when the hub answers %s, and never repeats the token", async (code, sentence) => {
    answer = () => ({ status: 403, body: { code, detail: "x" } });
    const refusal = await attempt().catch((error: Error) => error);
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(sentence) });
    expect((refusal as Error).message).not.toContain(seed);
    expect(isFinalRefusal(refusal)).toBe(true);
  });

  test("may be tried again when the hub fails otherwise", async () => {
    answer = () => ({ status: 502, body: "bad gateway" });
    const refusal = await attempt().catch((error: unknown) => error);
    expect(isFinalRefusal(refusal)).toBe(false);
  });
});

test("a damaged state says so instead of enrolling anew", async () => {
  await using temp = await makeTempDir("state");
  const directory = openStateDirectory(temp.path);
  directory.write("identity.json", "{");
  expect(() => loadIdentity(directory)).toThrow(/is damaged: restore it/);
});

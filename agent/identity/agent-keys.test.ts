import { generateKeyPairSync } from "node:crypto";
import type { KeyAnnounce } from "@yardarm/protocol/agent-up/key-announce";
import { asId, type HostId, type HubId, type JoinTokenId } from "@yardarm/protocol/ids";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { AgentKeys } from "./agent-keys.ts";
import { isSignedFor, publicKeyFromRaw, rawPublicKey, signFor } from "./ed25519.ts";
import { type Signer, signerForToken } from "./identity.ts";
import { KeyRotation } from "./key-rotation.ts";
import { openStateDirectory, type StateDirectory } from "./state-directory.ts";

const hubId = asId<HubId>("hub_0123456789abcdefghij");
const hostId = asId<HostId>("hst_0123456789abcdefghij");
const joinTokenId = asId<JoinTokenId>("jtk_0123456789abcdefghij");
const sessionNonce = "n".repeat(43);
const hubKey = generateKeyPairSync("ed25519").privateKey;
const hubPublic = publicKeyFromRaw(rawPublicKey(hubKey));

let temp: TempDir;
let directory: StateDirectory;

/** The agent as it finds itself when its process starts. */
const start = (): AgentKeys =>
  new AgentKeys(directory, { joinTokenId, signer: signerForToken(directory, joinTokenId) });
const publicKeys = (keys: AgentKeys): readonly string[] => keys.candidates.map(({ publicKey }) => publicKey);

beforeEach(async () => {
  temp = await makeTempDir("keys");
  directory = openStateDirectory(temp.path);
});
afterEach(() => temp.remove());

describe("the keys of a host", () => {
  test("[HOST-06] an agent that dies before the hub has its new key comes with both", () => {
    const before = start();
    const next = before.prepare();
    const after = start();
    expect(publicKeys(after)).toEqual([next.publicKey, before.current.publicKey]);
    expect(after.prepare().publicKey).toBe(next.publicKey);
    expect(after.welcomed(before.current.publicKey)).toBe(false);
    expect(publicKeys(after)).toHaveLength(2);
  });

  test("[HOST-06] once the hub has welcomed the new key, the old one is gone for good", () => {
    const keys = start();
    const next = keys.prepare();
    expect(keys.welcomed(next.publicKey)).toBe(true);
    expect(publicKeys(keys)).toEqual([next.publicKey]);
    expect(publicKeys(start())).toEqual([next.publicKey]);
    expect(keys.welcomed(next.publicKey)).toBe(false);
  });

  test("[HOST-06] an agent that dies while it writes that down has its key", () => {
    const keys = start();
    const next = keys.prepare();
    const half: StateDirectory = {
      ...directory,
      remove: () => {
        throw new Error("killed");
      },
    };
    const dying = new AgentKeys(half, { joinTokenId, signer: keys.current });
    expect(() => dying.welcomed(next.publicKey)).toThrow("killed");
    expect(publicKeys(start())).toEqual([next.publicKey]);
    // What is left over of it does not stand in the way of the next one.
    expect(start().prepare().publicKey).not.toBe(next.publicKey);
  });
});

describe("its rotation", () => {
  const order = (change: object = {}) => {
    const payload = JSON.stringify({ hubId, hostId, sessionNonce, ...change });
    return { type: "key.rotate" as const, payload, keyId: "k", signature: signFor("rotate-key", payload, hubKey) };
  };
  const open = () => {
    const keys = start();
    const sent: KeyAnnounce[] = [];
    const said: string[] = [];
    const rotation = new KeyRotation({
      ...{ keys, hubId, hostId },
      isSigned: (purpose, signed) => isSignedFor(purpose, signed, hubPublic),
      send: (message) => void sent.push(message),
      redial: () => void said.push("redial"),
      replaced: (publicKey) => void said.push(publicKey),
    });
    return { keys, rotation, sent, said };
  };
  const isSignedBy = ({ publicKey }: Signer, payload: string, signature: string): boolean =>
    isSignedFor("next-key", { payload, signature }, publicKeyFromRaw(publicKey));

  test("[HOST-06] the hub's order makes a key, both sign it, and the agent comes back with it", () => {
    const { keys, rotation, sent, said } = open();
    const before = keys.current;
    rotation.proved(before);
    rotation.online(sessionNonce);
    rotation.take(order());
    const [message] = sent;
    const next = keys.prepare();
    expect(JSON.parse(message?.payload ?? "")).toEqual({ hubId, hostId, sessionNonce, agentPublicKey: next.publicKey });
    expect(isSignedBy(before, message?.payload ?? "", message?.signature ?? "")).toBe(true);
    expect(isSignedBy(next, message?.payload ?? "", message?.nextSignature ?? "")).toBe(true);

    rotation.accepted({ type: "key.accepted", agentPublicKey: before.publicKey });
    expect(said).toEqual([]);
    rotation.accepted({ type: "key.accepted", agentPublicKey: next.publicKey });
    rotation.offline();
    rotation.proved(next);
    rotation.online("m".repeat(43));
    expect(said).toEqual(["redial", next.publicKey]);
    expect(sent).toHaveLength(1);
  });

  test("[HOST-06] an order of somebody else, or for another connection, makes no key", () => {
    const { keys, rotation, sent } = open();
    rotation.online(sessionNonce);
    const forged = signFor("rotate-key", order().payload, generateKeyPairSync("ed25519").privateKey);
    for (const message of [
      { ...order(), signature: forged },
      order({ sessionNonce: "o".repeat(43) }),
      order({ hostId: "hst_zzzzzzzzzzzzzzzzzzzz" }),
      order({ hubId: "hub_zzzzzzzzzzzzzzzzzzzz" }),
    ]) {
      expect(() => rotation.take(message)).toThrow(/not meant for this agent/);
    }
    expect([sent, keys.next]).toEqual([[], null]);
  });

  test("[HOST-06] a key that the host's owner made is announced when the agent connects", () => {
    const { keys, rotation, sent } = open();
    const next = start().prepare();
    rotation.proved(keys.current);
    rotation.online(sessionNonce);
    expect(JSON.parse(sent[0]?.payload ?? "")).toMatchObject({ agentPublicKey: next.publicKey });
  });
});

import { generateKeyPairSync } from "node:crypto";
import { asId, type HostId, type HubId, type OrgId } from "@yardarm/protocol/ids";
import { type ProtectionOrder, protectionOrderSchema } from "@yardarm/protocol/protection-schema";
import { expect, test } from "vitest";
import { isSignedFor, signFor } from "../identity/ed25519.ts";
import { KeptProtection, parseProtectionOrder } from "./protection-order.ts";

const key = generateKeyPairSync("ed25519").privateKey;
const hubId = asId<HubId>("hub_0123456789abcdefghij");
const hostId = asId<HostId>("hst_0123456789abcdefghij");
const rule = { name: "db-*", image: null, label: null, composeProject: null, scope: "all", note: "" } as const;
const order = (changes: Partial<ProtectionOrder> = {}): ProtectionOrder => ({
  ...{ hubId, hostId, orgId: asId<OrgId>("org_0123456789abcdefghij"), version: 5, issuedAtNs: "100" },
  ...{ rules: [rule], hubContainer: null },
  ...changes,
});
const signed = (value: ProtectionOrder, by = key) => {
  const payload = JSON.stringify(value);
  return { payload, keyId: "k", signature: signFor("protection-rules", payload, by) };
};

const setUp = () => {
  const files = new Map<string, string>();
  const open = (): KeptProtection =>
    new KeptProtection({
      ...{ hubId, hostId },
      isSigned: (purpose, message) => isSignedFor(purpose, message, key),
      directory: { read: (name) => files.get(name) ?? null, write: (name, text) => void files.set(name, text) },
    });
  return { files, open };
};

test("[PRO-1] [ACTN-05] rules are in force at once and again when the agent starts, before it hears the hub", () => {
  const { open } = setUp();
  const kept = open();
  expect(kept.current.rules).toEqual([]);
  kept.take(signed(order()));
  expect(kept.current.rules).toEqual([rule]);
  expect(open().current.rules).toEqual([rule]);
});

test.each([
  ["an older version", { version: 4, issuedAtNs: "999" }, "superseded"],
  ["an earlier issue of the same version", { issuedAtNs: "99" }, "superseded"],
  ["rules of another host", { hostId: asId<HostId>("hst_zzzzzzzzzzzzzzzzzzzz"), version: 9 }, "signature_invalid"],
  ["rules of another hub", { hubId: asId<HubId>("hub_zzzzzzzzzzzzzzzzzzzz"), version: 9 }, "signature_invalid"],
])("[ACTN-05] [ACTN-10] %s changes nothing", (_what, changes, code) => {
  const { open } = setUp();
  const kept = open();
  kept.take(signed(order()));
  expect(() => kept.take(signed(order({ ...changes, rules: [] })))).toThrow(expect.objectContaining({ code }));
  expect(kept.current.rules).toEqual([rule]);
  expect(open().current.rules).toEqual([rule]);
});

test("[PRO-3] [ACTN-10] what the pinned key did not sign is not taken, and a kept file that somebody changed protects everything", () => {
  const { files, open } = setUp();
  const kept = open();
  const forged = signed(order(), generateKeyPairSync("ed25519").privateKey);
  expect(() => kept.take(forged)).toThrow(expect.objectContaining({ code: "signature_invalid" }));
  kept.take(signed(order()));
  for (const [name, text] of files) files.set(name, text.replace("db-*", "no-*"));
  const reopened = open();
  expect(reopened.current.rules).toMatchObject([{ name: "*", scope: "all" }]);
  reopened.take(signed(order()));
  expect(reopened.current.rules).toEqual([rule]);
});

test("a disk that is full keeps nothing, and the rules are in force all the same", () => {
  const kept = new KeptProtection({
    ...{ hubId, hostId },
    isSigned: (purpose, message) => isSignedFor(purpose, message, key),
    directory: {
      read: () => null,
      write: () => {
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      },
    },
  });
  expect(() => kept.take(signed(order()))).toThrow("no space");
  expect(kept.current.rules).toEqual([rule]);
});

test("the decoder accepts what the schema accepts, and refuses what it refuses", () => {
  expect(parseProtectionOrder(JSON.stringify(order()))).toEqual(protectionOrderSchema.parse(order()));
  for (const wrong of [
    { version: 0 },
    { rules: [{ ...rule, scope: "none" }] },
    { rules: Array(65).fill(rule) },
    { hubContainer: "x" },
  ]) {
    const value = { ...order(), ...wrong };
    expect(protectionOrderSchema.safeParse(value).success).toBe(false);
    expect(() => parseProtectionOrder(JSON.stringify(value))).toThrow();
  }
});

import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let world: AuthorityWorld;
beforeAll(async () => {
  world = await AuthorityWorld.open();
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());

describe("[IDTY-02] [SEC] a session alone changes no way of signing in", () => {
  test.each([
    "/api/auth/totp",
    "/api/auth/totp/remove",
    "/api/auth/recovery-codes",
    "/api/auth/passkeys/challenge",
    "/api/auth/passkeys/pky_000000000000/remove",
    "/api/auth/identities/idy_000000000000/remove",
    "/api/auth/oidc/link",
  ])("POST %s asks for a proof", async (path) => {
    // Somebody of their own: wrong proofs are counted per account.
    const { token } = await world.freshSession(await world.freshMember("admin"));
    const caller: Pick<Caller, "kind" | "headers"> = { kind: "person", headers: world.headersOf(token) };
    const ask = (body: object) => world.ask(caller as Caller, { method: "POST", path, body });
    for (const body of [{}, { password: "wrong" }, { code: "000000" }]) {
      expect(await ask(body), JSON.stringify(body)).toMatchObject({ status: 401, code: "unauthenticated" });
    }
  });
});

import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const openWorld = (env: Readonly<Record<string, string>>): Promise<AuthorityWorld> => AuthorityWorld.open({ env });
const nobody = (world: AuthorityWorld): Caller => ({ ...world.owner, kind: "nobody", headers: {} });
const signUp = {
  method: "POST",
  path: "/api/auth/sign-up",
  body: { name: "Eve", email: "eve@example.com", password: "correct horse battery", orgName: "Eve's" },
};
const viewerOf = (world: AuthorityWorld): Caller => world.callers.find(({ name }) => name === "viewer") ?? world.owner;
const createOrg = { method: "POST", path: "/api/orgs", body: { name: "Another" } };

describe("[IDTY-01] [IDTY-03] what the operator chooses", () => {
  test("by default nobody signs up uninvited, and only who claimed the hub creates organizations", async () => {
    await using world = await openWorld({});
    expect((await world.ask(nobody(world), { method: "GET", path: "/api/setup" })).body).toMatchObject({
      openSignUp: false,
    });
    expect(await world.ask(nobody(world), signUp)).toMatchObject({ status: 403, code: "forbidden" });
    expect(await world.ask(viewerOf(world), createOrg)).toMatchObject({ status: 403, code: "forbidden" });
    const created = await world.ask(world.owner, createOrg);
    expect(created).toMatchObject({ status: 201, body: { role: "owner", active: false } });
    // To whom the installation belongs is not what they are in an organization.
    const elsewhere = { "x-yardarm-org": String(created.body.orgId) };
    expect(
      (await world.ask(world.owner, { method: "GET", path: "/api/hosts", headers: elsewhere })).body.items,
    ).toEqual([]);
    const stranger = { "x-yardarm-org": world.places.B.orgId };
    expect((await world.ask(world.owner, { method: "GET", path: "/api/hosts", headers: stranger })).status).toBe(404);
  }, 60_000);

  test("opened, a person signs up with an organization of their own, and everybody may create more", async () => {
    await using world = await openWorld({ YARDARM_OPEN_SIGN_UP: "on", YARDARM_ORG_CREATION: "everybody" });
    expect((await world.ask(nobody(world), { method: "GET", path: "/api/setup" })).body).toMatchObject({
      openSignUp: true,
    });
    const eve: Caller = { ...world.owner, headers: {} };
    expect((await world.ask(eve, signUp)).status).toBe(204);
    const me = await world.ask(eve, { method: "GET", path: "/api/me" });
    expect(me.body).toMatchObject({ email: "eve@example.com", instanceAdmin: false, projects: null });
    expect((await world.ask(eve, { method: "GET", path: "/api/hosts" })).body.items).toEqual([]);
    expect(await world.ask(eve, signUp)).toMatchObject({ status: 409 });
    expect(await world.ask(viewerOf(world), createOrg)).toMatchObject({ status: 201 });
    const seen = await world.ask(viewerOf(world), { method: "GET", path: "/api/me" });
    expect(seen.body.permissions).toContain("org.create");
    const program = world.callers.find(({ kind }) => kind === "token") ?? world.owner;
    const held = await world.ask(program, { method: "GET", path: "/api/me" });
    expect(held.body.permissions).not.toContain("org.create");
  }, 60_000);

  test("a word that is neither is refused with a sentence", () => {
    const result = parseConfig({ YARDARM_OPEN_SIGN_UP: "yes", YARDARM_ORG_CREATION: "all" }, []);
    expect(result).toEqual({
      ok: false,
      problems: [
        'YARDARM_OPEN_SIGN_UP must be off or on, not "yes".',
        'YARDARM_ORG_CREATION must be admins or everybody, not "all".',
      ],
    });
  });
});

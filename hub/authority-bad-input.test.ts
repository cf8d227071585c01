import { request } from "node:http";
import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { ClientLine } from "@yardarm/testkit/client-line";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditRow } from "./audit/audit-row.ts";

/** What only somebody who means harm sends, against a running hub. */
describe("[SEC] a hub that is lied to", () => {
  let world: AuthorityWorld;
  let admin: Caller;
  let secret: string;

  beforeAll(async () => {
    world = await AuthorityWorld.open();
    admin = world.callers.find(({ name }) => name === "admin") ?? world.owner;
    const body = { name: "ci", scopes: ["fleet.read"] };
    const made = await world.ask(world.owner, { method: "POST", path: "/api/tokens", body });
    secret = String(made.body.secret);
  }, 60_000);
  afterAll(() => world?.[Symbol.asyncDispose]());

  const anybody: Pick<Caller, "kind" | "headers"> = { kind: "nobody", headers: {} };
  const as = (headers: Readonly<Record<string, string>>): Caller => ({ ...admin, ...anybody, headers });

  test("[SEC-T10] a socket opens only from exactly the hub's own origin", async () => {
    const { cookie = "" } = admin.headers;
    const own = world.hub.url;
    for (const origin of [
      "https://evil.example",
      `${own}.evil.example`,
      own.replace("http:", "https:"),
      "null",
      `${own}/`,
    ]) {
      expect(await ClientLine.open(own, { cookie, origin }), origin).toBe(403);
    }
    expect(await ClientLine.open(own, { cookie })).toBe(403);
    // A page of another site cannot set this header, and is refused even so.
    expect(await ClientLine.open(own, { authorization: `Bearer ${secret}`, origin: "https://evil.example" })).toBe(403);
    const line = await ClientLine.open(own, { cookie, origin: own });
    expect(line).toBeInstanceOf(ClientLine);
    if (typeof line !== "number") line.close();
  });

  test("another site's request changes nothing, whatever it says of itself", async () => {
    const invite = { method: "POST", path: "/api/invitations", body: { email: "eve@example.com", role: "admin" } };
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ]) {
      const answer = await world.ask(admin, { ...invite, headers });
      expect([answer.status, answer.code]).toEqual([403, "origin_rejected"]);
    }
    const form = { ...invite, headers: { "content-type": "text/plain" } };
    expect((await world.ask(admin, form)).status).toBe(400);
    expect((await world.ask(admin, { method: "GET", path: "/api/invitations" })).text).not.toContain("eve@");
  });

  test("[SEC-T11] a session or API token in an address opens nothing", async () => {
    const session = /=(.+)$/.exec(admin.headers.cookie ?? "")?.[1] ?? "";
    for (const value of [secret, session]) {
      for (const name of ["token", "access_token", "ticket", "session", "authorization"]) {
        const query = `?${name}=${encodeURIComponent(value)}`;
        expect((await world.ask(as({}), { method: "GET", path: `/api/me${query}` })).status).toBe(401);
        expect(await ClientLine.open(world.hub.url, { origin: world.hub.url }, query), query).toBe(401);
        // And with a session it is refused, so that nobody gets used to it.
        expect((await world.ask(admin, { method: "GET", path: `/api/me${query}` })).status).toBe(400);
      }
    }
    expect(
      (await world.ask(as({ authorization: `Bearer ${secret}` }), { method: "GET", path: "/api/me" })).status,
    ).toBe(200);
  });

  test("a name that another site points at this hub is refused", async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { host: "rebound.evil.example", cookie: admin.headers.cookie ?? "" };
      request(`${world.hub.url}/api/me`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test("a body of ten megabytes is refused before it is read to its end, on every route that takes one", async () => {
    const large = "x".repeat(10 * 1024 * 1024);
    for (const path of ["/api/auth/sign-in", "/api/invitations/join", "/api/invitations", "/api/tokens", "/api/orgs"]) {
      const answer = await world
        .ask(admin, { method: "POST", path, body: { name: large } })
        .catch((error: unknown) => error);
      // The connection may end under the sender, which has not finished.
      if (answer instanceof Error) continue;
      expect(answer, path).toMatchObject({ status: 413, code: "payload_too_large" });
    }
    expect((await world.ask(admin, { method: "GET", path: "/api/me" })).status).toBe(200);
  });

  test("[SEC-T09] look-alike addresses are one address or none", async () => {
    const invite = (email: string) =>
      world.ask(admin, { method: "POST", path: "/api/invitations", body: { email, role: "viewer" } });
    expect((await invite("ＡＤＭＩＮ＠ｅｘａｍｐｌｅ．ｃｏｍ")).code).toBe("conflict");
    expect((await invite("Admin@Example.com")).code).toBe("conflict");
    for (const email of [
      "аdmin@example.com",
      "admin@exаmple.com",
      "admin\u200b@example.com",
      "admin@example.com\u202e",
    ]) {
      expect((await invite(email)).code, JSON.stringify(email)).toBe("invalid_request");
    }
  });

  test("[SEC-T09] an invitation's link opens for its own address alone, by POST alone", async () => {
    const sent = { method: "POST", path: "/api/invitations", body: { email: "grace@example.com", role: "operator" } };
    const link = String((await world.ask(admin, sent)).body.link);
    const [address = "", invitationToken] = link.split("#invitation=");
    expect(address).toBe(`${world.hub.url}/join`);
    const viewer = world.callers.find(({ name }) => name === "viewer") ?? admin;
    const accept = { method: "POST", path: "/api/invitations/accept", body: { invitationToken } };
    expect(await world.ask(viewer, accept)).toMatchObject({ status: 403, code: "forbidden" });
    expect(
      (await world.ask(viewer, { method: "GET", path: `/api/invitations/accept?invitationToken=${invitationToken}` }))
        .status,
    ).toBe(404);
    const join = { method: "POST", path: "/api/invitations/join" };
    const body = { invitationToken, name: "Grace", password: "correct horse battery" };
    expect((await world.ask(as({}), { ...join, body })).status).toBe(204);
    expect(await world.ask(as({}), { ...join, body })).toMatchObject({ status: 403, code: "token_invalid" });
  });

  test("[SEC-T22] what an untrusted peer writes about addresses reaches neither audit nor limits", async () => {
    const viewer = world.callers.find(({ name }) => name === "viewer") ?? admin;
    const forged = { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9", "x-real-ip": "203.0.113.9" };
    const refused = { method: "GET", path: "/api/audit/verify", headers: forged };
    for (let count = 0; count < 3; count += 1) expect((await world.ask(viewer, refused)).status).toBe(403);
    const rows = await world.people.audit.list(world.ownerActor.orgId, { before: null, limit: 20 });
    const denied = rows.filter(
      (row: AuditRow) => row.kind === "access.denied" && row.details.permission === "audit.read",
    );
    expect(denied).toMatchObject([{ address: "127.0.0.1", actor: { id: viewer.userId }, details: { count: 1 } }]);

    let last = 0;
    for (let count = 0; count < 21; count += 1) {
      const headers = { "x-forwarded-for": `203.0.113.${count}` };
      const body = { resetToken: "x", newPassword: "correct horse battery" };
      last = (await world.ask(as({}), { method: "POST", path: "/api/auth/reset-password", headers, body })).status;
    }
    expect(last).toBe(429);
  });
});

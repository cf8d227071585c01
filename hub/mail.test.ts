import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { type SmtpServer, type SmtpServerOptions, startSmtpServer } from "@yardarm/testkit/smtp-server";
import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const PASSWORD = "another horse, another battery";

const openWorld = async (options: SmtpServerOptions = {}) => {
  const stack = new AsyncDisposableStack();
  const smtp: SmtpServer = stack.use(await startSmtpServer(options));
  const env = { YARDARM_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, YARDARM_SMTP_FROM: "hub@example.com" };
  const world = stack.use(await AuthorityWorld.open({ env }));
  const nobody: Caller = { ...world.owner, kind: "nobody", headers: {} };
  const post = (path: string, body: object, caller = nobody) => world.ask(caller, { method: "POST", path, body });
  return { smtp, world, nobody, post, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};

describe("[IDTY-01] a forgotten password, by mail", () => {
  test("the link of the letter sets a new password once, and ends every session", async () => {
    await using opened = await openWorld();
    const { smtp, world, nobody, post } = opened;
    expect((await world.ask(nobody, { method: "GET", path: "/api/setup" })).body).toMatchObject({ sendsMail: true });
    expect(await post("/api/auth/forgot-password", { email: " Owner@Example.com " })).toMatchObject({ status: 202 });
    const letter = await smtp.letter(0);
    expect(letter.to).toEqual(["owner@example.com"]);
    const [link = "", resetToken] = /http\S+#token=([\w-]{43})/.exec(letter.text) ?? [];
    expect(link).toMatch(new RegExp(`^${world.hub.url}/reset-password#`));
    const reset = () => post("/api/auth/reset-password", { resetToken, newPassword: PASSWORD });
    expect((await reset()).status).toBe(204);
    expect(await reset()).toMatchObject({ code: "token_invalid" });
    expect((await world.ask(world.owner, { method: "GET", path: "/api/me" })).status).toBe(401);
    expect((await post("/api/auth/sign-in", { email: "owner@example.com", password: PASSWORD })).status).toBe(204);
    const rows = await world.people.audit.list(world.ownerActor.orgId, { before: null, limit: 5 });
    expect(rows.filter(({ kind }) => kind === "password.reset")).toMatchObject([
      { outcome: "success" },
      { outcome: "pending", actor: { name: "forgotten password" }, address: "127.0.0.1" },
    ]);
    expect(JSON.stringify(rows)).not.toContain(resetToken);
  }, 60_000);

  test("[SEC] whether there is an account shows in nothing", async () => {
    await using opened = await openWorld();
    const { smtp, post } = opened;
    const answers = [];
    for (const email of ["nobody@example.com", "owner@example.com"]) {
      const { status, text } = await post("/api/auth/forgot-password", { email });
      answers.push([status, text]);
    }
    expect(answers).toEqual([
      [202, ""],
      [202, ""],
    ]);
    // Letters are written one after the other: when the owner's is there, nobody's would be.
    expect((await smtp.letter(0)).to).toEqual(["owner@example.com"]);
    expect(smtp.letters).toHaveLength(1);
  }, 60_000);

  test("[SEC] one mailbox is not flooded, whether it has an account or not", async () => {
    await using opened = await openWorld();
    for (const email of ["owner@example.com", "nobody@example.com"]) {
      const statuses = [];
      for (let count = 0; count < 5; count++) {
        statuses.push((await opened.post("/api/auth/forgot-password", { email })).status);
      }
      expect(statuses).toEqual([202, 202, 202, 429, 429]);
    }
  }, 60_000);

  test("[SEC] a name that a look-alike letter hides is no address, and a header names no link", async () => {
    await using opened = await openWorld();
    const { smtp, world, nobody, post } = opened;
    expect((await post("/api/auth/forgot-password", { email: "оwner@example.com" })).status).toBe(400);
    const headers = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      forwarded: "host=evil.example",
    };
    const body = { email: "owner@example.com" };
    await world.ask(nobody, { method: "POST", path: "/api/auth/forgot-password", body, headers });
    const { text } = await smtp.letter(0);
    expect(text).toContain(`${world.hub.url}/reset-password#token=`);
    expect(text).not.toContain("evil");
  }, 60_000);
});

describe("[IDTY-05] an invitation, by mail", () => {
  test("its letter carries the link to the invited address", async () => {
    await using opened = await openWorld();
    const { smtp, world, post } = opened;
    const asked = { email: "guest@example.com", role: "viewer" };
    const created = await post("/api/invitations", asked, world.owner);
    expect(created).toMatchObject({ status: 201, body: { mail: "sent" } });
    const letter = await smtp.letter(0);
    expect(letter.to).toEqual(["guest@example.com"]);
    expect(letter.text).toContain(String(created.body.link));
    const [, invitationToken] = /#invitation=([\w-]+)/.exec(letter.text) ?? [];
    const joined = await post("/api/invitations/join", { invitationToken, name: "Guest", password: PASSWORD });
    expect(joined.status).toBe(204);
  }, 60_000);

  test("a mail server that refuses does not undo it: the link is there to hand over", async () => {
    await using opened = await openWorld({ isFull: true });
    const asked = { email: "guest@example.com", role: "viewer" };
    const created = await opened.post("/api/invitations", asked, opened.world.owner);
    expect(created).toMatchObject({ status: 201, body: { mail: "failed", link: expect.stringContaining("/join#") } });
  }, 60_000);
});

test("[IDTY-01] without a mail server nobody is promised a letter", async () => {
  await using world = await AuthorityWorld.open();
  const nobody: Caller = { ...world.owner, kind: "nobody", headers: {} };
  expect((await world.ask(nobody, { method: "GET", path: "/api/setup" })).body).toMatchObject({ sendsMail: false });
  const body = { email: "owner@example.com" };
  const asked = await world.ask(nobody, { method: "POST", path: "/api/auth/forgot-password", body });
  expect(asked).toMatchObject({ status: 404, code: "not_found" });
}, 60_000);

test("a mail server's address never stands in an error, because its password would", () => {
  const wrong = parseConfig({ YARDARM_SMTP_URL: "http://hub:secret-word@mail.example.com" }, []);
  expect(wrong).toEqual({ ok: false, problems: ["YARDARM_SMTP_URL must be an smtp:// or smtps:// address."] });
  const alone = parseConfig({ YARDARM_SMTP_URL: "smtp://hub:secret-word@mail.example.com" }, []);
  expect(alone).toMatchObject({ ok: false, problems: [expect.stringContaining("only work together")] });
});

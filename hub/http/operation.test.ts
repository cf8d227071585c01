import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type OrgId, type SessionId, type UserId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Actor } from "../auth/authority/can.ts";
import { createApp } from "./app.ts";
import { NO_BODY, NOTHING } from "./nothing.ts";
import { guardedOperation, type Operation, publicOperation } from "./operation.ts";
import { StaticFiles } from "./static-files.ts";

const actor: Actor = {
  userId: asId<UserId>("usr_aaaaaaaaaaaaaaaaaaaa"),
  sessionId: asId<SessionId>("ses_aaaaaaaaaaaaaaaaaaaa"),
  orgId: asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa"),
  role: "viewer",
  projects: null,
  name: "Vera",
  email: "vera@example.com",
};

const echo = guardedOperation({
  method: "POST",
  path: "/api/echo/:word",
  summary: "Says it again",
  permission: "fleet.read",
  resource: () => ({ orgId: actor.orgId }),
  params: z.object({ word: z.string().max(5) }),
  query: z.strictObject({ times: z.coerce.number().int().max(3).optional() }),
  body: z.object({ loud: z.boolean() }),
  response: z.object({ said: z.string() }),
  handle: async ({ params, query, body }) => ({
    status: 200,
    body: { said: (body.loud ? params.word.toUpperCase() : params.word).repeat(query.times ?? 1) },
  }),
});

const failing = publicOperation({
  method: "GET",
  path: "/api/broken",
  summary: "Fails",
  public: "a test",
  params: NOTHING,
  query: NOTHING,
  body: NO_BODY,
  response: null,
  handle: () => Promise.reject(new Error("the password is hunter2")),
});

const setUp = (operations: readonly Operation[], changes: { readonly actor?: Actor | null } = {}) => {
  const logged: string[] = [];
  const guarded: string[] = [];
  const observed: string[] = [];
  const app = createApp({
    version: "1.2.3",
    cookieName: "__Host-yardarm",
    operations,
    files: new StaticFiles(),
    readiness: {
      database: async () => {},
      bus: () => Promise.reject(new Error("the bus is away")),
    },
    metricsToken: "0123456789abcdef",
    renderMetrics: async () => ({ contentType: "text/plain", body: "up 1\n" }),
    authenticate: async () => (changes.actor === undefined ? actor : changes.actor),
    guard: (_actor, permission) => {
      guarded.push(permission);
    },
    checkOrigin: ({ headers }) => {
      if (headers.get("origin") === "https://evil.example") throw new ProtocolError("origin_rejected", "no");
    },
    clientAddress: () => "::1",
    observe: ({ route, status }) => observed.push(`${route} ${status}`),
    logger: { error: (_fields, message) => logged.push(message) },
  });
  const call = (path: string, init: RequestInit = {}) =>
    app.request(`http://hub${path}`, init, { incoming: new IncomingMessage(new Socket()) });
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    call(path, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
  return { app, call, post, logged, guarded, observed };
};

describe("the HTTP contract", () => {
  test("[SEC-T02] an operation without a permission, or a second one at the same address, does not register", () => {
    const silent = { ...echo, access: { kind: "guarded" as const, permissions: [] } };
    expect(() => setUp([silent])).toThrow("declares no permission");
    expect(() => setUp([echo, echo])).toThrow("registered twice");
  });

  test("input is checked against the contract, and the first wrong field is named", async () => {
    const { post, guarded } = setUp([echo]);
    expect(await (await post("/api/echo/hey?times=2", '{"loud":true}')).json()).toEqual({ said: "HEYHEY" });
    expect(guarded).toEqual(["fleet.read"]);
    for (const [path, body, detail] of [
      ["/api/echo/hey", '{"loud":"yes"}', /^loud: /],
      ["/api/echo/much-too-long", '{"loud":true}', /^word: /],
      ["/api/echo/hey?times=9", '{"loud":true}', /^times: /],
      ["/api/echo/hey?colour=red", '{"loud":true}', /colour/],
      ["/api/echo/hey?times=1&times=2", '{"loud":true}', /given twice/],
      ["/api/echo/hey", "{", /not JSON/],
    ] as const) {
      const response = await post(path, body);
      expect(response.status, path).toBe(400);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({ code: "invalid_request", detail: expect.stringMatching(detail) });
    }
  });

  test("[SEC-T01] nobody signed in: 401 before anything is looked at", async () => {
    const { post, guarded } = setUp([echo], { actor: null });
    const response = await post("/api/echo/hey", "not even json");
    expect(response.status).toBe(401);
    expect(guarded).toEqual([]);
  });

  test("another site's request, another body type and a body that is too large are refused", async () => {
    const { post } = setUp([echo]);
    expect((await post("/api/echo/hey", "{}", { origin: "https://evil.example" })).status).toBe(403);
    expect((await post("/api/echo/hey", '{"loud":true}', { "content-type": "text/plain" })).status).toBe(400);
    expect((await post("/api/echo/hey", `{"loud":true,"x":"${"x".repeat(70_000)}"}`)).status).toBe(413);
  });

  test("the unexpected is logged once and its message stays inside", async () => {
    const { call, logged, observed } = setUp([failing]);
    const response = await call("/api/broken");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("hunter2");
    expect(logged).toEqual(["request failed"]);
    expect(observed).toEqual(["/api/broken 500"]);
  });

  test("[SEC-T14] an address that no route has is a problem document; every answer carries the security headers", async () => {
    const { call } = setUp([echo]);
    for (const path of ["/api/nope", "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/assets/x.js"]) {
      const response = await call(path);
      expect(response.status, path).toBe(404);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("[OPER-03] health is open, details and metrics need the operator's token", async () => {
    const { call } = setUp([]);
    const token = { headers: { authorization: "Bearer 0123456789abcdef" } };
    expect((await call("/healthz")).status).toBe(200);
    expect(await (await call("/readyz")).json()).toEqual({ ready: false });
    expect(await (await call("/readyz", token)).json()).toMatchObject({
      checks: [
        { name: "database", ok: true },
        { name: "bus", ok: false, detail: "the bus is away" },
      ],
    });
    expect((await call("/metrics")).status).toBe(401);
    expect(await (await call("/metrics", token)).text()).toBe("up 1\n");
  });

  test("[OPER-03] the OpenAPI document comes out of the same table", async () => {
    const { call } = setUp([echo, failing]);
    const document = await (await call("/api/openapi.json")).json();
    expect(document).toMatchObject({
      openapi: "3.1.0",
      info: { version: "1.2.3" },
      paths: {
        "/api/echo/{word}": { post: { "x-permissions": ["fleet.read"] } },
        "/api/broken": { get: { security: [], "x-public-because": "a test" } },
        "/api/openapi.json": { get: { "x-permissions": ["session.self"] } },
      },
    });
  });
});

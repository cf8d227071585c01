import { randomUUID, timingSafeEqual } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { type HubHono, type MountOptions, mount } from "./mount.ts";
import { NO_BODY, NOTHING } from "./nothing.ts";
import { openApiDocument } from "./openapi.ts";
import { guardedOperation, type Operation } from "./operation.ts";
import { problemResponse } from "./problem.ts";
import { SECURITY_HEADERS, type StaticFiles } from "./static-files.ts";

/** What `/readyz` asks. Each MUST reject with a sentence when its part cannot serve. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

export type AppOptions = MountOptions & {
  readonly version: string;
  readonly cookieName: string;
  readonly operations: readonly Operation[];
  readonly files: StaticFiles;
  readonly readiness: ReadinessChecks;
  /** Bearer token of `/metrics` and of the details of `/readyz`; `null`: the first is off, the second silent. */
  readonly metricsToken: string | null;
  readonly renderMetrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
};

const INDEX = "/index.html";

/** The whole of HTTP: the API's table, health, metrics, the agent's bundle and the web application. */
export const createApp = (options: AppOptions): HubHono => {
  const app: HubHono = new Hono<{ Bindings: HttpBindings }>();
  const operations = [...options.operations];
  let description: unknown = null;
  operations.push(
    guardedOperation({
      method: "GET",
      path: "/api/openapi.json",
      summary: "This description",
      permission: "session.self",
      resource: (actor) => ({ orgId: actor.orgId }),
      params: NOTHING,
      query: NOTHING,
      body: NO_BODY,
      response: null,
      handle: async () => {
        // Costs tens of milliseconds, and never changes.
        description ??= openApiDocument(operations, options);
        return { status: 200, body: description };
      },
    }),
  );

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
  });
  mount(app, operations, options);

  const holdsToken = (headers: Headers): boolean => {
    if (options.metricsToken === null) return false;
    const given = Buffer.from(headers.get("authorization") ?? "");
    const expected = Buffer.from(`Bearer ${options.metricsToken}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const notFound = (): Response =>
    problemResponse({ code: "not_found", message: "There is nothing at this address." }, randomUUID());

  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", async (context) => {
    const results = await Promise.all(
      Object.entries(options.readiness).map(async ([name, check]) => {
        try {
          await check();
          return { name, ok: true, detail: "ok" };
        } catch (error) {
          return { name, ok: false, detail: error instanceof Error ? error.message : "failed" };
        }
      }),
    );
    const ready = results.every(({ ok }) => ok);
    const body = holdsToken(context.req.raw.headers) ? { ready, checks: results } : { ready };
    return context.json(body, ready ? 200 : 503);
  });
  app.get("/metrics", async (context) => {
    if (options.metricsToken === null) return notFound();
    if (!holdsToken(context.req.raw.headers)) {
      const problem = { code: "unauthenticated" as const, message: "Metrics need the operator's bearer token." };
      return problemResponse(problem, randomUUID(), { "www-authenticate": "Bearer" });
    }
    const { contentType, body } = await options.renderMetrics();
    return context.body(body, 200, { "content-type": contentType });
  });
  app.get("*", (context) => {
    const { path, raw } = context.req;
    const file = options.files.respond(path, raw.headers);
    if (file !== null) return file;
    // Every address of the application is served by its one page; what looks like a file or the API is not.
    const isPage = !path.startsWith("/api/") && !path.startsWith("/ws/") && !/\.[a-z0-9]+$/i.test(path);
    return (isPage ? options.files.respond(INDEX, raw.headers) : null) ?? notFound();
  });
  app.all("*", notFound);
  return app;
};

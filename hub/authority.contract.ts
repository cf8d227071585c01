import type { PermissionRow } from "@yardarm/protocol/api/permissions";
import { type ClientUp, clientUpSchema } from "@yardarm/protocol/client-up/up";
import { AuthorityWorld, type AuthorityWorldOptions, type Caller, type Ids } from "@yardarm/testkit/authority-world";
import { ClientLine } from "@yardarm/testkit/client-line";
import { createRandom } from "@yardarm/testkit/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SAMPLES, type Sample } from "./authority-samples.contract.ts";
import { CLIENT_PERMISSIONS } from "./gateway/client-session.ts";

type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly "x-permissions"?: readonly string[] }>>>>;
};
type Operation = {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  /** `null`: anybody may call it. */
  readonly permissions: readonly string[] | null;
};
type Place = "P1" | "P2";
type Verdict = "allowed" | 401 | 403 | 404;

const MISSING = "a row in hub/authority-samples.contract.ts";
const SEED = 20_261_121;

/**
 * What the table says about a caller, told a second time and in other words than `can` does: two that agree on every
 * cell are unlikely to be wrong alike.
 */
const expected = (
  row: PermissionRow,
  caller: Caller,
  place: { readonly on: Sample["on"]; readonly at: Place },
): Verdict => {
  if (caller.kind === "nobody" || caller.kind === "revoked") return 401;
  if (caller.kind === "stranger") return 404;
  if (caller.isNarrowed) {
    if (place.on === "project" && place.at !== "P1") return 404;
    if (row.narrowed === "never") return 403;
    if (row.narrowed === "project" && place.on === "org") return 403;
  }
  const isOfRole = row.roles.length === 0 ? caller.isInstanceAdmin : row.roles.includes(caller.role);
  if (!isOfRole) return 403;
  if (caller.scopes === null || row.token === "always") return "allowed";
  return row.token === "scope" && caller.scopes.includes(row.permission) ? "allowed" : 403;
};

/** `:hostId` → the id; one that nobody has an id for is a hole in this test. */
const addressOf = (path: string, ids: Ids): string =>
  path.replace(/:([a-zA-Z]+)/g, (_, name: string) => {
    const id = (ids as Readonly<Record<string, string>>)[name];
    if (id === undefined)
      throw new Error(`${path}: AuthorityWorld has no ${name}; give it one in testkit/authority-world.ts`);
    return id;
  });

/** Every route × everybody, every browser message × everybody, another org's ids; for real, against a running hub. */
export const authorityContract = (engine: string, open: () => Promise<AuthorityWorldOptions>): void => {
  describe(`authority on ${engine}`, () => {
    let world: AuthorityWorld;
    let operations: readonly Operation[];
    let rows: ReadonlyMap<string, PermissionRow>;

    beforeAll(async () => {
      world = await AuthorityWorld.open(await open());
      const document = await world.ask(world.owner, { method: "GET", path: "/api/openapi.json" });
      operations = Object.entries((document.body as unknown as OpenApi).paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]): Operation => {
          const address = path.replace(/\{([a-zA-Z]+)\}/g, ":$1");
          const route = `${method.toUpperCase()} ${address}`;
          return {
            route,
            method: method.toUpperCase(),
            path: address,
            permissions: operation["x-permissions"] ?? null,
          };
        }),
      );
      const table = await world.ask(world.owner, { method: "GET", path: "/api/permissions" });
      rows = new Map((table.body.items as readonly PermissionRow[]).map((row) => [row.permission, row]));
    }, 120_000);
    afterAll(() => world?.[Symbol.asyncDispose]());

    const rowOf = (permission: string): PermissionRow => {
      const row = rows.get(permission);
      if (row === undefined) throw new Error(`${permission} is not in the table of permissions.`);
      return row;
    };
    const sampleOf = ({ route }: Operation): Sample => {
      const sample = SAMPLES[route];
      if (sample === undefined) throw new Error(`${route} has no sample: add ${MISSING}`);
      return sample;
    };
    const requestOf = (operation: Operation, ids: Ids, caller: Caller) => {
      const { query, body } = sampleOf(operation);
      const address = addressOf(operation.path, ids);
      return {
        method: operation.method,
        path: query === undefined ? address : `${address}?${query(ids)}`,
        body: body?.(ids, world, caller),
      };
    };

    test("[SEC-T02] every route has a sample and no sample is about a route that is gone", () => {
      const routes = operations.map(({ route }) => route);
      expect(routes.length).toBeGreaterThan(30);
      expect(
        routes.filter((route) => !(route in SAMPLES)),
        `add ${MISSING} for each`,
      ).toEqual([]);
      expect(
        Object.keys(SAMPLES).filter((route) => !routes.includes(route)),
        "gone; take the row away",
      ).toEqual([]);
      const unknown = operations.flatMap(({ permissions }) => permissions ?? []).filter((name) => !rows.has(name));
      expect(unknown).toEqual([]);
    });

    test("[SEC-T01] [SEC-T21] the routes without a session are a closed list, the one that docs/security.md publishes", () => {
      expect(operations.flatMap(({ route, permissions }) => (permissions === null ? [route] : [])).toSorted()).toEqual([
        "GET /api/auth/oidc/callback",
        "GET /api/setup",
        "POST /api/agent/enroll",
        "POST /api/auth/forgot-password",
        "POST /api/auth/oidc",
        "POST /api/auth/passkey",
        "POST /api/auth/passkey/challenge",
        "POST /api/auth/reset-password",
        "POST /api/auth/second-factor",
        "POST /api/auth/sign-in",
        "POST /api/auth/sign-up",
        "POST /api/invitations/join",
        "POST /api/invitations/look",
      ]);
    });

    test("[SEC-T03] [SEC-T06] [IDTY-06] [IDTY-08] matrix: every route for everybody, as the table says", async () => {
      let cells = 0;
      const wrong: string[] = [];
      for (const operation of operations) {
        const sample = sampleOf(operation);
        const places: readonly Place[] = sample.on === "project" ? ["P1", "P2"] : ["P1"];
        for (const at of places) {
          for (const caller of world.callers) {
            const [permission] = operation.permissions ?? [];
            const verdict =
              permission === undefined
                ? "public"
                : expected(rowOf(sample.permission ?? permission), caller, { on: sample.on, at });
            const place = world.places[at];
            // What is refused uses nothing up.
            const used = verdict === "allowed" ? await sample.fresh?.(world, place, caller) : {};
            const answer = await world.ask(caller, requestOf(operation, { ...place, ...used }, caller));
            const isRight =
              verdict === "public" || verdict === "allowed"
                ? !["unauthenticated", "forbidden", "not_found", "internal", "invalid_request"].includes(
                    answer.code ?? "",
                  )
                : answer.status === verdict;
            const ownRefusal =
              (verdict === "public" && isOwnRefusal(operation.route, answer.code)) ||
              (verdict === "allowed" && answer.code !== null && answer.code === sample.mayAnswer);
            cells += 1;
            if (!isRight && !ownRefusal) {
              wrong.push(
                `${operation.route} in ${at} as ${caller.name}: ${answer.status} ${answer.text}, not ${verdict}`,
              );
            }
            if (verdict === "allowed") await sample.after?.(world, caller);
          }
        }
      }
      process.stdout.write(`authority matrix on ${engine}: ${operations.length} routes, ${cells} cells\n`);
      expect(wrong).toEqual([]);
    }, 300_000);

    test("[SEC-T01] [IDTY-06] matrix: every message of a browser for everybody, as the table says", async () => {
      const messages = (ids: Ids): Readonly<Record<ClientUp["type"], ClientUp>> => {
        const { containerId } = ids;
        return {
          "log.subscribe": { type: "log.subscribe", containerId },
          "log.fetch": { type: "log.fetch", containerId, fromSeq: 0, toSeq: 1 },
          "log.unsubscribe": { type: "log.unsubscribe", containerId },
          "metrics.subscribe": { type: "metrics.subscribe", containerId },
          "metrics.unsubscribe": { type: "metrics.unsubscribe", containerId },
          "inventory.subscribe": { type: "inventory.subscribe" },
        };
      };
      const known = clientUpSchema.options.map((option) => option.shape.type.value);
      expect(Object.keys(messages(world.places.P1)).toSorted(), "a message without a sample").toEqual(known.toSorted());
      let cells = 0;
      const wrong: string[] = [];
      for (const caller of world.callers) {
        for (const at of ["P1", "P2"] as const) {
          const line = await dial(world, caller);
          for (const message of Object.values(messages(world.places[at]))) {
            cells += 1;
            const isAboutOne = "containerId" in message && !message.type.endsWith("unsubscribe");
            const place = { on: isAboutOne ? "project" : "org", at } as const;
            const verdict = expected(rowOf(CLIENT_PERMISSIONS[message.type]), caller, place);
            // Who may not even come in is refused at the door, with the status of a request.
            const code = typeof line === "number" ? line : CODES[(await line.refusal(message)) ?? "none"];
            if (code !== verdict) wrong.push(`${message.type} in ${at} as ${caller.name}: ${code}, not ${verdict}`);
          }
          if (typeof line !== "number") line.close();
        }
      }
      process.stdout.write(`authority matrix on ${engine}: ${known.length} messages, ${cells} cells\n`);
      expect(wrong).toEqual([]);
    }, 120_000);

    test(`[SEC-T08] [SEC-T17] [TEN-1] what another org has does not exist, on any route (seed ${SEED})`, async () => {
      const random = createRandom(SEED);
      const { owner, places } = world;
      const keys = Object.keys(places.B) as readonly (keyof Ids)[];
      let compared = 0;
      const told: string[] = [];
      for (const operation of operations) {
        if (operation.permissions === null) continue;
        const usesIds = `${operation.path}${JSON.stringify(sampleOf(operation).body?.(places.B, world, owner) ?? "")}${sampleOf(operation).query?.(places.B) ?? ""}`;
        const used = keys.filter((key) => operation.path.includes(`:${key}`) || usesIds.includes(places.B[key]));
        for (let round = 0; used.length > 0 && round < 3; round += 1) {
          // Any mix of theirs, ours and nobody's, with at least one of theirs that the request names.
          const theirs = random.pick(used);
          const mixed = keys.map((key) => {
            const from = key === theirs ? places.B : random.pick([places.B, places.P1, world.unknownIds()]);
            return [key, from[key]] as const;
          });
          const foreign = Object.fromEntries(mixed) as unknown as Ids;
          const nobodys = world.unknownIds();
          const absent = Object.fromEntries(
            mixed.map(([key, id]) => [key, id === places.B[key] ? nobodys[key] : id]),
          ) as unknown as Ids;
          const [real, none] = [
            await world.ask(owner, requestOf(operation, foreign, { ...owner, userId: foreign.userId })),
            await world.ask(owner, requestOf(operation, absent, { ...owner, userId: absent.userId })),
          ];
          compared += 1;
          const [left, right] = [tellsOf(real.status, real.text, foreign), tellsOf(none.status, none.text, absent)];
          if (left !== right) told.push(`${operation.route} with their ${theirs}: ${left} but ${right}`);
          if (operation.path.includes(`:${theirs}`) && real.status !== 404) {
            told.push(`${operation.route} with their ${theirs}: ${real.status} ${real.text}`);
          }
        }
      }
      process.stdout.write(`tenant isolation on ${engine}: ${compared} pairs of requests\n`);
      expect(compared).toBeGreaterThan(30);
      expect(told).toEqual([]);
      // And everything of theirs is still there.
      const left = world.storage.org(places.B.orgId);
      expect(await left.hosts.find(places.B.hostId)).toMatchObject({ name: "web", projectId: places.B.projectId });
      expect(await left.apiTokens.find(places.B.tokenId)).toBeDefined();
      expect((await left.members.list()).map(({ userId }) => userId)).toContain(places.B.userId);
      expect((await left.invitations.list()).map(({ invitationId }) => invitationId)).toContain(places.B.invitationId);
    }, 120_000);

    test("[SEC-T08] lists and snapshots hold nothing of another org", async () => {
      const foreign = Object.values(world.places.B);
      const found: string[] = [];
      for (const operation of operations.filter(({ method, path }) => method === "GET" && !path.includes(":"))) {
        const sample = sampleOf(operation);
        const query = sample.query?.(world.places.P1);
        const path = query === undefined ? operation.path : `${operation.path}?${query}`;
        const { text } = await world.ask(world.owner, { method: "GET", path });
        found.push(...foreign.filter((id) => text.includes(id)).map((id) => `${operation.route}: ${id}`));
      }
      const line = await dial(world, world.owner);
      if (typeof line === "number") throw new Error("The owner was not let in.");
      await line.refusal({ type: "inventory.subscribe" });
      found.push(...foreign.filter((id) => line.received.includes(id)).map((id) => `inventory: ${id}`));
      expect(line.received).toContain(world.places.P1.hostId);
      line.close();
      expect(found).toEqual([]);
    });
  });
};

/** Refusals that a public operation makes by itself, for input that is wrong on purpose. */
const isOwnRefusal = (route: string, code: string | null): boolean =>
  code === "rate_limited" || (code !== null && OWN_REFUSALS[route] === code);

const OWN_REFUSALS: Readonly<Record<string, string>> = {
  "POST /api/agent/enroll": "invalid_request",
  "POST /api/auth/passkey": "unauthenticated",
  "POST /api/auth/oidc": "not_found",
  "POST /api/auth/forgot-password": "not_found",
};

/** An answer without what belongs to this one request. */
const tellsOf = (status: number, text: string, ids: Ids): string => {
  let plain = text.replace(/"requestId":"[^"]*"/, "");
  for (const [name, id] of Object.entries(ids)) plain = plain.replaceAll(id, name);
  return `${status} ${plain}`;
};

const CODES: Readonly<Record<string, Verdict>> = {
  none: "allowed",
  forbidden: 403,
  not_found: 404,
  unauthenticated: 401,
};

/** The caller's socket, or the status with which it was refused. */
const dial = (world: AuthorityWorld, caller: Caller): Promise<ClientLine | number> =>
  ClientLine.open(world.hub.url, {
    ...caller.headers,
    ...(caller.kind === "token" ? {} : { origin: world.hub.url }),
  });

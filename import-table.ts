/**
 * Who may import whom. `boundaries.test.ts` walks every import against this table, `oxlint.config.ts` turns it into early warnings
 * in the editor. A new folder needs a row here, in the same commit. More than 300 lines, because it is one table.
 */
export interface ImportRow {
  /** A folder with everything below it that has no row of its own, or the files that lie directly in it (`agent/*`). */
  readonly folder: string;
  readonly holds: string;
  /** Folders whose values and types it may use. `agent/` with the final slash means every folder of the package. */
  readonly imports: readonly string[];
  /** Folders it knows as interfaces only: `import type`. */
  readonly types?: readonly string[];
  /** Third-party packages. `node:` stands for Node's built-in modules. */
  readonly thirdParty: readonly string[];
}

/** A folder of auth: other folders of auth by their name, and `rows` for whoever sees the interfaces of storage and audit. */
const auth = (
  name: string,
  holds: string,
  may: { uses?: readonly string[]; knows?: readonly string[]; rows?: boolean; thirdParty?: readonly string[] } = {},
): ImportRow => ({
  folder: `hub/auth/${name}`,
  holds,
  imports: ["protocol", ...(may.uses ?? []).map((other) => `hub/auth/${other}`)],
  types: [
    ...(may.knows ?? []).map((other) => `hub/auth/${other}`),
    ...(may.rows === true ? ["hub/storage", "hub/audit"] : []),
  ],
  thirdParty: may.thirdParty ?? [],
});

export const IMPORT_TABLE: readonly ImportRow[] = [
  {
    folder: "protocol",
    holds: "the shared language: schemas, ids, codes, limits, codec, pure rules; no I/O, no timers",
    imports: [],
    thirdParty: ["zod"],
  },

  {
    folder: "agent/docker",
    holds: "the engine API as typed calls and async iterables",
    imports: ["protocol"],
    thirdParty: ["node:"],
  },
  {
    folder: "agent/identity",
    holds: "the host's key pair, enrollment, the hub's pinned keys, and where they are kept",
    imports: ["protocol"],
    thirdParty: ["node:"],
  },
  {
    folder: "agent/hub-client",
    holds: "one outgoing, reconnecting, bounded connection",
    imports: ["protocol"],
    thirdParty: ["node:", "ws"],
  },
  {
    folder: "agent/logs",
    holds: "log sources, joiner, cursor, level, batch encoder",
    imports: ["agent/docker", "protocol"],
    thirdParty: ["node:"],
  },
  {
    folder: "agent/policy",
    holds: "the host owner's policy file and protection, asked before every action and every line",
    imports: ["protocol"],
    thirdParty: ["node:"],
  },
  {
    folder: "agent/metrics",
    holds: "samples of CPU, memory, network and disk",
    imports: ["agent/docker", "protocol"],
    thirdParty: ["node:"],
  },
  {
    folder: "agent/inventory",
    holds: "what exists on the host",
    imports: ["agent/docker", "protocol"],
    thirdParty: ["node:"],
  },
  {
    folder: "agent/handlers",
    holds: "request, engine, answer; given a send function, never the hub client",
    imports: ["agent/docker", "protocol"],
    thirdParty: ["node:"],
  },
  {
    folder: "agent/journal",
    holds: "actions already done",
    imports: ["agent/docker", "protocol"],
    thirdParty: ["node:"],
  },
  { folder: "agent/*", holds: "wiring", imports: ["agent/", "protocol"], thirdParty: ["node:"] },

  {
    folder: "hub/observability",
    holds: "logger, metrics registry",
    imports: ["protocol"],
    thirdParty: ["node:", "pino", "prom-client"],
  },
  {
    folder: "hub/storage",
    holds: "rows in, rows out, always through storage.org(orgId)",
    imports: ["protocol"],
    thirdParty: ["node:", "kysely", "pg"],
  },
  {
    folder: "hub/bus",
    holds: "publish, subscribe, request between nodes",
    imports: ["protocol"],
    thirdParty: ["node:"],
  },
  { folder: "hub/auth/*", holds: "tests that span its folders", imports: [], thirdParty: [] },
  auth("crypto", "random ids and secrets, signatures, sealing", { thirdParty: ["node:"] }),
  auth("request", "origin, cookie, client address, limits on attempts", {
    thirdParty: ["node:", "ipaddr.js", "rate-limiter-flexible"],
  }),
  auth("authority", "who may do what; who asks, and what the audit says of it", { rows: true }),
  auth("letter", "what is written to people", { knows: ["authority"], rows: true }),
  auth("api-token", "what a program shows instead of a person's session", {
    uses: ["authority", "crypto"],
    rows: true,
    thirdParty: ["node:"],
  }),
  auth("session", "who calls: sessions, tickets for sockets", {
    uses: ["crypto"],
    knows: ["api-token", "authority", "request"],
    rows: true,
  }),
  auth("org", "orgs, their projects, members and invitations", {
    uses: ["authority", "crypto", "session"],
    rows: true,
  }),
  auth("password", "hashes, and links for a new one", {
    uses: ["crypto", "letter", "request"],
    rows: true,
    thirdParty: ["node:"],
  }),
  auth("second-factor", "one-time codes and recovery codes", {
    uses: ["authority", "request"],
    knows: ["crypto"],
    rows: true,
    thirdParty: ["node:", "otpauth"],
  }),
  auth("sign-in", "from a right first proof to a session; proofs asked again", {
    uses: ["authority", "crypto", "request", "second-factor"],
    knows: ["org", "password", "session"],
    rows: true,
  }),
  auth("passkey", "keys that an authenticator keeps", {
    uses: ["authority", "crypto", "request"],
    knows: ["session", "sign-in"],
    rows: true,
    thirdParty: ["node:", "@simplewebauthn/server"],
  }),
  auth("provider", "signing in with OpenID Connect", {
    uses: ["authority", "crypto", "request"],
    knows: ["org", "session", "sign-in"],
    rows: true,
    thirdParty: ["node:", "openid-client"],
  }),
  auth("account", "how accounts come to be, the very first one included", {
    uses: ["authority", "crypto", "org", "request"],
    knows: ["password", "session", "sign-in"],
    rows: true,
  }),
  auth("hub-keys", "the hub's signing keys and their file", {
    uses: ["crypto"],
    rows: true,
    thirdParty: ["node:", "zod"],
  }),
  auth("agent", "agents: enrollment, connecting, replacing keys", {
    uses: ["authority", "crypto"],
    knows: ["hub-keys"],
    rows: true,
    thirdParty: ["node:"],
  }),
  {
    folder: "hub/relay",
    holds: "requests to the node that holds the agent; no sockets, no SQL",
    imports: ["protocol", "hub/relay/log"],
    types: ["hub/bus"],
    thirdParty: ["node:"],
  },
  {
    folder: "hub/relay/log",
    holds: "one upstream stream, many viewers; no sockets, no SQL",
    imports: ["protocol", "hub/observability"],
    types: ["hub/relay", "hub/relay/viewer"],
    thirdParty: ["node:"],
  },
  {
    folder: "hub/relay/viewer",
    holds: "what is on its way to one client; no sockets",
    imports: ["protocol"],
    types: ["hub/relay/log"],
    thirdParty: [],
  },
  {
    folder: "hub/audit",
    holds: "the append-only chain",
    imports: ["protocol"],
    types: ["hub/storage"],
    thirdParty: ["node:"],
  },
  {
    folder: "hub/logs",
    holds: "the log store: what is alike on every engine, and in memory",
    imports: ["protocol"],
    types: ["hub/relay/log", "hub/logs/sqlite"],
    thirdParty: ["node:"],
  },
  {
    folder: "hub/logs/sqlite",
    holds: "the log store in files, and the threads that have them open",
    imports: ["protocol", "hub/logs"],
    types: ["hub/relay/log"],
    thirdParty: ["node:"],
  },
  {
    folder: "hub/logs/postgres",
    holds: "the log store in PostgreSQL, its driver included",
    imports: ["protocol", "hub/logs"],
    types: ["hub/relay/log"],
    thirdParty: ["pg"],
  },
  {
    folder: "hub/logs/query",
    holds: "questions to the log store",
    imports: ["protocol", "hub/logs", "hub/logs/query/scan"],
    thirdParty: ["node:"],
  },
  {
    folder: "hub/logs/query/scan",
    holds: "the threads that open chunks, match their lines and write them",
    imports: ["protocol", "hub/logs"],
    thirdParty: ["node:", "re2js"],
  },
  ...["history", "inventory", "actions", "alerts"].map(
    (name): ImportRow => ({
      folder: `hub/${name}`,
      holds: "metric history; what exists; action state machine; rules and delivery: not one another",
      imports: ["protocol", "hub/observability"],
      types: ["hub/storage", "hub/relay", "hub/auth/authority", "hub/audit"],
      thirdParty: ["node:"],
    }),
  ),
  {
    folder: "hub/gateway",
    holds: "sockets to relay and back: upgrade, heartbeat, send queues",
    imports: ["protocol", "hub/observability"],
    types: ["hub/auth/authority", "hub/relay", "hub/relay/log", "hub/relay/viewer", "hub/logs/query"],
    thirdParty: ["node:", "ws"],
  },
  {
    folder: "hub/mail",
    holds: "one letter to one address, by SMTP",
    imports: ["protocol"],
    thirdParty: ["node:", "nodemailer"],
  },
  {
    folder: "hub/http",
    holds: "HTTP to everything above and back",
    imports: ["protocol", "hub/observability"],
    types: [
      "hub/storage",
      "hub/bus",
      "hub/auth/request",
      "hub/auth/authority",
      "hub/auth/api-token",
      "hub/auth/session",
      "hub/auth/org",
      "hub/auth/password",
      "hub/auth/second-factor",
      "hub/auth/sign-in",
      "hub/auth/passkey",
      "hub/auth/provider",
      "hub/auth/account",
      "hub/auth/agent",
      "hub/relay",
      "hub/audit",
      "hub/logs/query",
      "hub/logs/query/scan",
      "hub/history",
      "hub/inventory",
      "hub/actions",
      "hub/alerts",
    ],
    thirdParty: ["node:", "hono", "@hono/node-server", "zod", "ipaddr.js", "rate-limiter-flexible"],
  },
  {
    folder: "hub/operator",
    holds: "what the operator does beside a running hub, or without one",
    imports: [
      "protocol",
      "hub/storage",
      "hub/audit",
      "hub/auth/account",
      "hub/auth/hub-keys",
      "hub/auth/password",
      "hub/auth/second-factor",
    ],
    types: ["hub/*"],
    thirdParty: ["node:"],
  },
  {
    folder: "hub/*",
    holds: "wiring; main.ts is the only file that names SQLite, PostgreSQL or NATS",
    imports: ["hub/", "protocol"],
    thirdParty: ["node:", "ipaddr.js", "zod", "@hono/node-server"],
  },

  { folder: "web/format", holds: "pure text and numbers", imports: [], thirdParty: [] },
  {
    folder: "web/ui",
    holds: "router- and API-free pieces",
    imports: ["web/format"],
    thirdParty: [
      "react",
      "react-dom",
      "@base-ui/react",
      "@tanstack/react-table",
      "@tanstack/react-virtual",
      "clsx",
      "lucide-react",
      "tailwind-merge",
      "uplot",
    ],
  },
  {
    folder: "web/api",
    holds: "HTTP client",
    imports: ["protocol", "web/format"],
    thirdParty: ["react", "@tanstack/react-query", "zod"],
  },
  {
    folder: "web/workers",
    holds: "what runs beside the page's thread: decoding and searching of log lines",
    imports: ["protocol", "web/format"],
    thirdParty: ["re2js"],
  },
  {
    folder: "web/live",
    holds: "socket client and stores",
    imports: ["protocol", "web/format", "web/workers"],
    thirdParty: ["react"],
  },
  {
    folder: "web/pages",
    holds: "screens, each with its own parts",
    imports: ["web/", "protocol"],
    thirdParty: [
      "react",
      "react-dom",
      "@base-ui/react",
      "@tanstack/react-query",
      "@tanstack/react-router",
      "@tanstack/react-table",
      "@tanstack/react-virtual",
      "anser",
      "clsx",
      "lucide-react",
      "uplot",
      "@simplewebauthn/browser",
      "uqr",
    ],
  },
  {
    folder: "web/dev",
    holds:
      "for development only: a mock hub with samples, a look at every page, the bundle's size; never in the bundle",
    imports: ["web/", "protocol", "testkit"],
    thirdParty: ["node:", "ws", "vite", "@playwright/test", "@axe-core/playwright"],
  },
  {
    folder: "web/*",
    holds: "wiring: entry, routes, paths, styles, bundler configuration",
    imports: ["web/", "protocol"],
    thirdParty: [
      "node:",
      "react",
      "react-dom",
      "@tanstack/react-query",
      "@tanstack/react-router",
      "@fontsource-variable/inter",
      "@fontsource-variable/jetbrains-mono",
      "zod",
      "vite",
      "@vitejs/plugin-react",
      "@tailwindcss/vite",
    ],
  },

  {
    folder: "cli",
    holds: "the yardarm command; starts hub and agent through their main files",
    imports: ["protocol", "hub/*", "hub/operator", "agent/*", "simulator"],
    thirdParty: ["node:", "commander"],
  },
  {
    folder: "simulator",
    holds: "the simulated Docker engine: demo fleet, scale and fault tests",
    imports: ["protocol"],
    thirdParty: ["node:"],
  },
  ...["testkit", "e2e", "bench"].map(
    (folder): ImportRow => ({
      folder,
      holds: "tests and measurements; nothing imports them except tests",
      imports: ["protocol", "agent/", "hub/", "web/", "cli", "simulator", "testkit", "e2e", "bench"],
      thirdParty: ["node:", "ws", "vitest", "fast-check", "@playwright/test", "@axe-core/playwright", "oidc-provider"],
    }),
  ),
  { folder: "deploy", holds: "what is shipped, and how it is built", imports: [], thirdParty: ["node:", "rolldown"] },
  {
    folder: "docs",
    holds: "what people read, and the programs that generate parts of it",
    imports: ["protocol", "hub/", "agent/", "testkit"],
    thirdParty: ["node:", "@playwright/test"],
  },
  {
    folder: "scripts",
    holds: "the two commands and other tooling of this repository",
    imports: ["testkit"],
    thirdParty: ["node:"],
  },
  {
    folder: "*",
    holds: "tool configuration and the tests of the repository as a whole",
    imports: ["testkit"],
    thirdParty: ["node:", "vitest", "knip", "oxlint"],
  },
];

/** Tests may import their whole package, and these besides what their folder may. */
export const TEST_IMPORTS: Pick<ImportRow, "imports" | "thirdParty"> = {
  imports: ["protocol", "simulator", "testkit"],
  thirdParty: ["node:", "vitest", "fast-check", "@playwright/test", "@axe-core/playwright"],
};

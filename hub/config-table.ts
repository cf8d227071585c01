import { EMAIL_PATTERN, normalizeEmail } from "@yardarm/protocol/person-text";
import ipaddr from "ipaddr.js";

/**
 * Every option of the hub, described once: environment variables, flags, `--help` and `docs/configuration.md` come out
 * of this table. A secret has no flag, because argument lists are public; it can be read from a file instead.
 *
 * Above 300 lines because it is one table: whoever adds an option adds a row.
 */

/** What a parser makes of a text: the value, or the end of a sentence that begins with the variable's name. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

export interface OptionRow<Value> {
  /** Environment variable; a secret also has `<variable>_FILE`. */
  readonly variable: `YARDARM_${string}`;
  /** Shown in the documentation. */
  readonly type: string;
  /** Text that is parsed when nobody sets the option; `null`: the option is absent then. */
  readonly default: string | null;
  /** Shown instead of `default` where that depends on other options. */
  readonly defaultShown?: string;
  readonly description: string;
  readonly secret?: true;
  readonly parse: (text: string) => Parsed<Value>;
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const good = <Value>(value: Value): Parsed<Value> => ({ ok: true, value });
const bad = (problem: string): { readonly ok: false; readonly problem: string } => ({ ok: false, problem });

const parseText = (text: string): Parsed<string> => (text === "" ? bad("must not be empty") : good(text));

const parsePort = (text: string): Parsed<number> => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? good(port) : bad(`must be a port number from 0 to 65535, not "${text}"`);
};

const parseUrl = (protocols: readonly string[], text: string): URL | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && protocols.includes(url.protocol) ? url : null;
};

const parsePublicUrl = (text: string): Parsed<URL> => {
  const url = parseUrl(["http:", "https:"], text);
  if (url === null) return bad(`must be an http:// or https:// address, not "${text}"`);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "" || url.pathname !== "/") {
    return bad("must be a bare origin such as https://yardarm.example.com, without path, query or credentials");
  }
  return good(url);
};

const parseIssuer = (text: string): Parsed<URL> => {
  const url = parseUrl(["http:", "https:"], text);
  if (url === null) return bad(`must be an https:// address, not "${text}"`);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return bad("must be an issuer without query or credentials");
  }
  if (url.protocol === "http:" && !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) {
    return bad("must be https://, except for a provider at loopback");
  }
  return good(url);
};

const parseName = (text: string): Parsed<string> =>
  text.trim() === "" || text.length > 40 ? bad("must have 1 to 40 characters") : good(text.trim());

const parseDatabaseUrl = (text: string): Parsed<string> =>
  parseUrl(["postgres:", "postgresql:"], text) === null ? bad("must be a postgres:// address") : good(text);

/** Never says what it was given: the address carries a password. */
const parseSmtpUrl = (text: string): Parsed<URL> => {
  const url = parseUrl(["smtp:", "smtps:"], text);
  if (url === null || url.hostname === "") return bad("must be an smtp:// or smtps:// address");
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "") {
    return bad("must be an address such as smtp://user:password@mail.example.com:587, without path or query");
  }
  return good(url);
};

const parseEmail = (text: string): Parsed<string> =>
  EMAIL_PATTERN.test(normalizeEmail(text)) && text.length <= 254
    ? good(normalizeEmail(text))
    : bad(`must be an e-mail address, not "${text}"`);

const parsePassword = (text: string): Parsed<string> =>
  text.length < 12 || text.length > 256 ? bad("must have 12 to 256 characters") : good(text);

/** One of a few words; the value says whether it is `yes`. */
const parseChoice =
  (no: string, yes: string) =>
  (text: string): Parsed<boolean> =>
    text === yes || text === no ? good(text === yes) : bad(`must be ${no} or ${yes}, not "${text}"`);

const parseMetricsToken = (text: string): Parsed<string> =>
  text.length < 16 ? bad("must have at least 16 characters") : good(text);

const parseLogLevel = (text: string): Parsed<LogLevel> => {
  const level = LOG_LEVELS.find((candidate) => candidate === text);
  return level === undefined ? bad(`must be one of ${LOG_LEVELS.join(", ")}, not "${text}"`) : good(level);
};

const isRange = (text: string): boolean => (text.includes("/") ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text));

const parseProxies = (text: string): Parsed<readonly string[]> => {
  const ranges = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const wrong = ranges.find((range) => !isRange(range));
  return wrong === undefined
    ? good(Object.freeze(ranges))
    : bad(`must be addresses or CIDR ranges separated by commas; "${wrong}" is neither`);
};

const parseSeconds = (text: string): Parsed<number> => {
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return seconds <= 600 ? good(seconds) : bad(`must be whole seconds from 0 to 600, not "${text}"`);
};

const SIZE_UNITS = new Map([
  ["", 1],
  ["K", 2 ** 10],
  ["M", 2 ** 20],
  ["G", 2 ** 30],
  ["T", 2 ** 40],
]);

/** Bytes; `0` stands for no bound. */
const parseSize = (text: string): Parsed<number> => {
  const [, digits = "", unit = ""] = /^(\d{1,15})([KMGT]?)(?:iB|B)?$/.exec(text) ?? [];
  const bytes = Number(digits) * (SIZE_UNITS.get(unit) ?? 1);
  return digits !== "" && Number.isSafeInteger(bytes)
    ? good(bytes)
    : bad(`must be a size in bytes such as 500M, 20G or 0, not "${text}"`);
};

const parseDays = (text: string): Parsed<number> => {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return days <= 36_500 ? good(days) : bad(`must be whole days from 0 to 36500, not "${text}"`);
};

const option = <Value>(row: OptionRow<Value>): OptionRow<Value> => row;

export const OPTIONS = {
  port: option({
    variable: "YARDARM_PORT",
    type: "port",
    default: "8080",
    description: "Port on which the hub serves browsers, API clients and agents; `0` takes a free one.",
    parse: parsePort,
  }),
  host: option({
    variable: "YARDARM_HOST",
    type: "address",
    default: "127.0.0.1",
    description: "Address to listen on. Anything but loopback also needs `YARDARM_PUBLIC_URL`.",
    parse: parseText,
  }),
  dataDirectory: option({
    variable: "YARDARM_DATA",
    type: "directory",
    default: "./data",
    description: "Where the embedded database, logs, backups and the hub's key live. One running hub per directory.",
    parse: parseText,
  }),
  publicUrl: option({
    variable: "YARDARM_PUBLIC_URL",
    type: "URL",
    default: null,
    defaultShown: "loopback only",
    description:
      "Origin under which people reach the hub. The only one whose browsers are accepted. An `http://` address beyond loopback gives up protection against the network.",
    parse: parsePublicUrl,
  }),
  trustedProxies: option({
    variable: "YARDARM_TRUSTED_PROXIES",
    type: "addresses",
    default: "",
    defaultShown: "none",
    description:
      "Addresses or CIDR ranges of reverse proxies, separated by commas, whose `X-Forwarded-For` is believed.",
    parse: parseProxies,
  }),
  databaseUrl: option({
    variable: "YARDARM_DATABASE_URL",
    type: "URL",
    default: null,
    defaultShown: "embedded SQLite",
    description: "A `postgres://` database to use instead of the embedded one.",
    secret: true,
    parse: parseDatabaseUrl,
  }),
  hubKeyFile: option({
    variable: "YARDARM_HUB_KEY_FILE",
    type: "file",
    default: null,
    defaultShown: "`hub-key.json` in the data directory",
    description: "The hub's signing key, mode 0600. Back it up apart from the database: agents trust nothing else.",
    parse: parseText,
  }),
  secretsKeyFile: option({
    variable: "YARDARM_SECRETS_KEY_FILE",
    type: "file",
    default: null,
    defaultShown: "`secrets-key` beside the hub's key",
    description:
      "The key, mode 0600, under which the database keeps secrets of authenticators. Made when first needed; the same for every hub of one database; back it up apart from the database.",
    parse: parseText,
  }),
  oidcIssuer: option({
    variable: "YARDARM_OIDC_ISSUER",
    type: "URL",
    default: null,
    description:
      "Issuer of an OpenID Connect provider with which people may sign in, exactly as its discovery document names it. `http://` only at loopback.",
    parse: parseIssuer,
  }),
  oidcClientId: option({
    variable: "YARDARM_OIDC_CLIENT_ID",
    type: "text",
    default: null,
    description: "The hub's client id at that provider; its redirect URI is `<public URL>/api/auth/oidc/callback`.",
    parse: parseText,
  }),
  oidcClientSecret: option({
    variable: "YARDARM_OIDC_CLIENT_SECRET",
    type: "secret",
    default: null,
    defaultShown: "a public client",
    description: "The hub's client secret at that provider.",
    secret: true,
    parse: parseText,
  }),
  oidcName: option({
    variable: "YARDARM_OIDC_NAME",
    type: "text",
    default: null,
    defaultShown: "the issuer's host name",
    description: "What the sign-in page calls the provider.",
    parse: parseName,
  }),
  smtpUrl: option({
    variable: "YARDARM_SMTP_URL",
    type: "URL",
    default: null,
    defaultShown: "no mail is sent",
    description:
      "Mail server for invitations and forgotten passwords: `smtp://user:password@host:587`, which has to offer STARTTLS except at loopback, or `smtps://…:465`.",
    secret: true,
    parse: parseSmtpUrl,
  }),
  smtpFrom: option({
    variable: "YARDARM_SMTP_FROM",
    type: "e-mail",
    default: null,
    description: "The sender's address of what the hub mails; needed with `YARDARM_SMTP_URL`.",
    parse: parseEmail,
  }),
  adminEmail: option({
    variable: "YARDARM_ADMIN_EMAIL",
    type: "e-mail",
    default: null,
    description: "With `YARDARM_ADMIN_PASSWORD`: claims a fresh hub for this owner. Ignored once the hub is claimed.",
    parse: parseEmail,
  }),
  adminPassword: option({
    variable: "YARDARM_ADMIN_PASSWORD",
    type: "password",
    default: null,
    description: "Password of the first owner, 12 to 256 characters.",
    secret: true,
    parse: parsePassword,
  }),
  openSignUp: option({
    variable: "YARDARM_OPEN_SIGN_UP",
    type: "off \\| on",
    default: "off",
    description:
      "`on` lets anybody who reaches the hub make an account with an organization of their own. Otherwise people are invited.",
    parse: parseChoice("off", "on"),
  }),
  anybodyCreatesOrgs: option({
    variable: "YARDARM_ORG_CREATION",
    type: "admins \\| everybody",
    default: "admins",
    description: "Who may create further organizations: only who claimed the hub, or everybody with an account.",
    parse: parseChoice("admins", "everybody"),
  }),
  metricsToken: option({
    variable: "YARDARM_METRICS_TOKEN",
    type: "token",
    default: null,
    defaultShown: "`/metrics` is off",
    description: "Bearer token that `/metrics` and the details of `/readyz` ask for.",
    secret: true,
    parse: parseMetricsToken,
  }),
  logLevel: option({
    variable: "YARDARM_LOG_LEVEL",
    type: LOG_LEVELS.join(" \\| "),
    default: "info",
    description: "Least severe messages that the hub writes to standard output.",
    parse: parseLogLevel,
  }),
  logDays: option({
    variable: "YARDARM_LOG_DAYS",
    type: "days",
    default: "14",
    description:
      "Whole UTC days for which log lines are kept besides the present one, where an organization sets nothing else; `0` keeps them whatever their age.",
    parse: parseDays,
  }),
  logContainerBytes: option({
    variable: "YARDARM_LOG_CONTAINER_BYTES",
    type: "size",
    default: "2G",
    description:
      "Stored log bytes that one container may keep, compressed; its oldest lines go first. `0` is no bound.",
    parse: parseSize,
  }),
  logOrgBytes: option({
    variable: "YARDARM_LOG_ORG_BYTES",
    type: "size",
    default: "0",
    description: "Stored log bytes that one organization may keep; the oldest day goes first. `0` is no bound.",
    parse: parseSize,
  }),
  logTotalBytes: option({
    variable: "YARDARM_LOG_TOTAL_BYTES",
    type: "size",
    default: "50G",
    description: "Stored log bytes of this hub together; the oldest day goes first. `0` is no bound.",
    parse: parseSize,
  }),
  logMinFreeBytes: option({
    variable: "YARDARM_LOG_MIN_FREE",
    type: "size",
    default: "1G",
    description:
      "Bytes that stay free on the disk under the embedded log store: below them the oldest lines go. `0` is no floor.",
    parse: parseSize,
  }),
  drainSeconds: option({
    variable: "YARDARM_DRAIN_SECONDS",
    type: "seconds",
    default: "10",
    description: "How long the hub finishes running requests after SIGTERM before it closes them.",
    parse: parseSeconds,
  }),
};

/** The flag of an option: `YARDARM_LOG_LEVEL` is `--log-level`, a secret only `--admin-password-file`. */
export const flagOf = (row: Pick<OptionRow<unknown>, "variable" | "secret">): string => {
  const name = `--${row.variable.slice("YARDARM_".length).toLowerCase().replaceAll("_", "-")}`;
  return row.secret ? `${name}-file` : name;
};

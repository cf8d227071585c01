import { readFileSync } from "node:fs";
import path from "node:path";
import { flagOf, OPTIONS, type OptionRow } from "./config-table.ts";

type Table = typeof OPTIONS;
type OptionName = keyof Table;
/** Options that always have a value, because their row has a default. */
type Given =
  | "port"
  | "host"
  | "dataDirectory"
  | "trustedProxies"
  | "logLevel"
  | "drainSeconds"
  | "logDays"
  | "logContainerBytes"
  | "logOrgBytes"
  | "logTotalBytes"
  | "logMinFreeBytes"
  | "hubKeyFile"
  | "secretsKeyFile"
  | "openSignUp"
  | "anybodyCreatesOrgs";
type ValueOf<Row> = Row extends OptionRow<infer Value> ? Value : never;

/** The hub's checked configuration. Paths are absolute; `null` = not set. */
export type Config = {
  readonly [Name in OptionName]: ValueOf<Table[Name]> | (Name extends Given ? never : null);
};

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** Each problem is a sentence for a person. */
  | { readonly ok: false; readonly problems: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;
type Source = { readonly text: string; readonly from: string };

const rows = Object.entries(OPTIONS) as readonly (readonly [OptionName, OptionRow<unknown>])[];

/** Every variable that the hub reads. */
const knownVariables = (): readonly string[] =>
  rows.flatMap(([, row]) => (row.secret ? [row.variable, `${row.variable}_FILE`] : [row.variable]));

/** Number of single-character edits between two words (Levenshtein). */
const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
};

const didYouMean = (wrong: string, known: readonly string[]): string => {
  const [nearest] = known
    .map((name) => ({ name, edits: distance(wrong, name) }))
    .sort((left, right) => left.edits - right.edits);
  return nearest !== undefined && nearest.edits <= 4 ? ` Did you mean ${nearest.name}?` : "";
};

/** Splits `--name value` and `--name=value`; what is neither becomes a problem. */
const readFlags = (argv: readonly string[], problems: string[]): ReadonlyMap<string, string> => {
  const known = rows.map(([, row]) => flagOf(row));
  const given = new Map<string, string>();
  for (let index = 0; index < argv.length; index += 1) {
    const [flag = "", ...rest] = (argv[index] ?? "").split("=");
    if (!known.includes(flag)) {
      const secret = rows.find(([, row]) => row.secret && flagOf(row) === `${flag}-file`)?.[1];
      problems.push(
        secret === undefined
          ? `The option ${flag} is unknown.${didYouMean(flag, known)}`
          : `${flag} would show a secret to every user of this machine: use ${secret.variable} or ${flag}-file.`,
      );
      if (rest.length === 0 && argv[index + 1]?.startsWith("--") === false) index += 1;
      continue;
    }
    const value = rest.length > 0 ? rest.join("=") : argv[++index];
    if (value === undefined) problems.push(`The option ${flag} needs a value.`);
    else if (given.has(flag)) problems.push(`The option ${flag} is given twice.`);
    else given.set(flag, value);
  }
  return given;
};

const readSecretFile = (file: string, from: string, problems: string[]): Source | null => {
  try {
    return { text: readFileSync(file, "utf8").replace(/\r?\n$/, ""), from };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    problems.push(`${from} names the file ${file}, which cannot be read (${code}).`);
    return null;
  }
};

/** Flags win over the environment; a secret set directly and by file at once is a contradiction. */
const findSource = (
  row: OptionRow<unknown>,
  given: { readonly env: Environment; readonly flags: ReadonlyMap<string, string> },
  problems: string[],
): Source | null => {
  const flag = given.flags.get(flagOf(row));
  const direct = given.env[row.variable];
  if (!row.secret) {
    if (flag !== undefined) return { text: flag, from: flagOf(row) };
    if (direct !== undefined) return { text: direct, from: row.variable };
    return row.default === null ? null : { text: row.default, from: row.variable };
  }
  const fileVariable = `${row.variable}_FILE`;
  const file = flag ?? given.env[fileVariable];
  if (direct !== undefined && file !== undefined) {
    problems.push(`Both ${row.variable} and ${fileVariable} are set: keep one.`);
    return null;
  }
  if (direct !== undefined) return { text: direct, from: row.variable };
  return file === undefined ? null : readSecretFile(file, flag === undefined ? fileVariable : flagOf(row), problems);
};

/**
 * Reads and checks the whole configuration.
 *
 * @param argv the arguments after the program's name
 * @returns the frozen configuration, or every problem at once; a problem never repeats a secret
 */
export const parseConfig = (env: Environment, argv: readonly string[]): ConfigResult => {
  const problems: string[] = [];
  const known = knownVariables();
  for (const name of Object.keys(env)) {
    if (name.startsWith("YARDARM_") && !known.includes(name)) {
      problems.push(`The variable ${name} is unknown.${didYouMean(name, known)}`);
    }
  }
  const given = { env, flags: readFlags(argv, problems) };
  const values: Partial<Record<OptionName, unknown>> = {};
  for (const [name, row] of rows) {
    const source = findSource(row, given, problems);
    const parsed = source === null ? null : row.parse(source.text);
    if (parsed !== null && !parsed.ok) problems.push(`${source?.from} ${parsed.problem}.`);
    values[name] = parsed?.ok ? parsed.value : null;
  }
  if ((values.adminEmail === null) !== (values.adminPassword === null) && problems.length === 0) {
    problems.push("YARDARM_ADMIN_EMAIL and YARDARM_ADMIN_PASSWORD only work together: set both or neither.");
  }
  if ((values.oidcIssuer === null) !== (values.oidcClientId === null) && problems.length === 0) {
    problems.push("YARDARM_OIDC_ISSUER and YARDARM_OIDC_CLIENT_ID only work together: set both or neither.");
  }
  if ((values.smtpUrl === null) !== (values.smtpFrom === null) && problems.length === 0) {
    problems.push("YARDARM_SMTP_URL and YARDARM_SMTP_FROM only work together: set both or neither.");
  }
  if (problems.length > 0) return { ok: false, problems };
  const dataDirectory = path.resolve(String(values.dataDirectory));
  const hubKeyFile =
    typeof values.hubKeyFile === "string" ? path.resolve(values.hubKeyFile) : path.join(dataDirectory, "hub-key.json");
  const secretsKeyFile =
    typeof values.secretsKeyFile === "string"
      ? path.resolve(values.secretsKeyFile)
      : path.join(path.dirname(hubKeyFile), "secrets-key");
  return { ok: true, config: Object.freeze({ ...values, dataDirectory, hubKeyFile, secretsKeyFile }) as Config };
};

/** Text of `--help`. */
export const renderHelp = (): string =>
  rows
    .map(([, row]) => {
      const fallback = row.defaultShown ?? row.default ?? "not set";
      const variable = row.secret ? `${row.variable}, ${row.variable}_FILE` : row.variable;
      return `  ${flagOf(row).padEnd(22)} ${variable} (${fallback.replaceAll("`", "")})\n${" ".repeat(25)}${row.description.replaceAll("`", "")}`;
    })
    .join("\n");

/** Text of `docs/configuration.md`; a test compares the two. */
export const renderConfigurationDoc = (): string => {
  const lines = rows.map(([, row]) => {
    const fallback = row.defaultShown ?? (row.default === null ? "not set" : `\`${row.default}\``);
    const variable = row.secret ? `\`${row.variable}\`, \`${row.variable}_FILE\`` : `\`${row.variable}\``;
    return `| ${variable} | \`${flagOf(row)}\` | ${row.type} | ${fallback} | ${row.description} |`;
  });
  return [
    "# Configuration of the hub",
    "",
    "Generated from `hub/config-table.ts`; do not edit by hand. Flags win over variables. A variable that begins with",
    "`YARDARM_` and is not listed here stops the hub at its start. A secret can be given by a file, whose last line break",
    "is ignored, and never by a flag of its own. The engine of the local agent is found by `DOCKER_HOST`.",
    "",
    "| variable | flag | type | default | meaning |",
    "|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
};

import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { type Config, parseConfig, renderConfigurationDoc, renderHelp } from "./config.ts";

const config = (env: Record<string, string>, argv: string[] = []): Config => {
  const result = parseConfig(env, argv);
  if (!result.ok) throw new Error(result.problems.join(" "));
  return result.config;
};

const problems = (env: Record<string, string>, argv: string[] = []): readonly string[] => {
  const result = parseConfig(env, argv);
  return result.ok ? [] : result.problems;
};

test("without any setting the hub listens on loopback and keeps everything below ./data", () => {
  expect(config({ PATH: "/bin" })).toMatchObject({
    port: 8080,
    host: "127.0.0.1",
    dataDirectory: path.resolve("data"),
    hubKeyFile: path.resolve("data/hub-key.json"),
    publicUrl: null,
    databaseUrl: null,
    trustedProxies: [],
    logLevel: "info",
  });
  expect(Object.isFrozen(config({}))).toBe(true);
});

test("a flag wins over the environment, in both spellings", () => {
  expect(config({ YARDARM_PORT: "1" }, ["--port", "2"]).port).toBe(2);
  expect(config({ YARDARM_PORT: "1" }, ["--port=3"]).port).toBe(3);
});

test("an unknown variable is an error that names the nearest known one", () => {
  expect(problems({ YARDARM_PROT: "1" })).toEqual(["The variable YARDARM_PROT is unknown. Did you mean YARDARM_PORT?"]);
  expect(problems({ YARDARM_SOMETHING_ELSE_ENTIRELY: "1" })).toEqual([
    "The variable YARDARM_SOMETHING_ELSE_ENTIRELY is unknown.",
  ]);
});

test("an unknown flag, a flag without a value and a doubled flag are errors", () => {
  expect(problems({}, ["--prot", "1"])).toEqual(["The option --prot is unknown. Did you mean --port?"]);
  expect(problems({}, ["--port"])).toEqual(["The option --port needs a value."]);
  expect(problems({}, ["--port=1", "--port=2"])).toEqual(["The option --port is given twice."]);
});

test("all problems are told at once", () => {
  expect(
    problems({ YARDARM_PORT: "99999", YARDARM_LOG_LEVEL: "loud", YARDARM_TRUSTED_PROXIES: "10.0.0.0/8, x" }),
  ).toEqual([
    'YARDARM_PORT must be a port number from 0 to 65535, not "99999".',
    'YARDARM_TRUSTED_PROXIES must be addresses or CIDR ranges separated by commas; "x" is neither.',
    'YARDARM_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud".',
  ]);
});

test("a secret comes from a file, without its last line break", async () => {
  await using directory = await makeTempDir("config");
  const file = path.join(directory.path, "password");
  await writeFile(file, "correct horse battery\n");
  const env = { YARDARM_ADMIN_EMAIL: "A@Example.com", YARDARM_ADMIN_PASSWORD_FILE: file };
  expect(config(env)).toMatchObject({ adminEmail: "a@example.com", adminPassword: "correct horse battery" });
  expect(config({ YARDARM_ADMIN_EMAIL: "a@example.com" }, ["--admin-password-file", file]).adminPassword).toBe(
    "correct horse battery",
  );
  expect(problems({ ...env, YARDARM_ADMIN_PASSWORD: "something else!" })).toEqual([
    "Both YARDARM_ADMIN_PASSWORD and YARDARM_ADMIN_PASSWORD_FILE are set: keep one.",
  ]);
  expect(problems({ YARDARM_METRICS_TOKEN_FILE: path.join(directory.path, "none") })).toEqual([
    `YARDARM_METRICS_TOKEN_FILE names the file ${directory.path}/none, which cannot be read (ENOENT).`,
  ]);
});

test("a secret is refused as a flag and never repeated in a sentence", () => {
  expect(problems({}, ["--admin-password", "hunter2hunter2"])).toEqual([
    "--admin-password would show a secret to every user of this machine: use YARDARM_ADMIN_PASSWORD or --admin-password-file.",
  ]);
  expect(problems({ YARDARM_ADMIN_PASSWORD: "hunter2", YARDARM_ADMIN_EMAIL: "a@example.com" }).join()).not.toContain(
    "hunter2",
  );
  expect(problems({ YARDARM_DATABASE_URL: "mysql://u:hunter2@db" }).join()).not.toContain("hunter2");
});

test("the first owner needs both halves", () => {
  expect(problems({ YARDARM_ADMIN_EMAIL: "a@example.com" })).toEqual([
    "YARDARM_ADMIN_EMAIL and YARDARM_ADMIN_PASSWORD only work together: set both or neither.",
  ]);
});

test("the public address is a bare origin", () => {
  expect(config({ YARDARM_PUBLIC_URL: "https://yardarm.example.com" }).publicUrl?.origin).toBe(
    "https://yardarm.example.com",
  );
  expect(problems({ YARDARM_PUBLIC_URL: "https://example.com/yardarm" })).toHaveLength(1);
  expect(problems({ YARDARM_PUBLIC_URL: "example.com" })).toHaveLength(1);
});

test("docs/configuration.md is what the table says", () => {
  expect(readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8")).toBe(renderConfigurationDoc());
  expect(renderHelp()).toContain("--log-level");
});

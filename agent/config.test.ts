import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatJoinToken } from "@yardarm/protocol/join-token";
import { describe, expect, test } from "vitest";
import { makeTempDir } from "../testkit/temp-dir.ts";
import { readConfig } from "./config.ts";

const AGENT_API_URL = "https://hub.example";
const token = { tokenId: "jtk_0123456789abcdefghij", seed: "s".repeat(43), keySetFingerprint: "f".repeat(43) };

describe("readConfig", () => {
  test("needs nothing but the hub's address", () => {
    expect(readConfig({ AGENT_API_URL })).toMatchObject({ joinToken: null, logLevel: "info" });
    expect(() => readConfig({})).toThrow(/AGENT_API_URL is missing/);
  });

  test("reads the join token from the environment or from a file", async () => {
    await using temp = await makeTempDir("config");
    const file = join(temp.path, "token");
    writeFileSync(file, `${formatJoinToken(token)}\n`);
    expect(readConfig({ AGENT_API_URL, AGENT_TOKEN: formatJoinToken(token) }).joinToken).toEqual(token);
    expect(readConfig({ AGENT_API_URL, AGENT_TOKEN_FILE: file }).joinToken).toEqual(token);
    expect(readConfig({ AGENT_API_URL, AGENT_TOKEN_FILE: join(temp.path, "gone") }).joinToken).toBeNull();
  });

  test("says what is wrong, and never repeats a token", () => {
    const damaged = formatJoinToken(token).slice(0, -1);
    const refusal = () => readConfig({ AGENT_API_URL, AGENT_TOKEN: damaged });
    expect(refusal).toThrow(/AGENT_TOKEN holds no join token/);
    expect(refusal).not.toThrow(new RegExp("s".repeat(43)));
    expect(() => readConfig({ AGENT_API_URL, AGENT_LOG_LEVEL: "loud" })).toThrow(/none of debug, info/);
    expect(() => readConfig({ AGENT_API_URL, AGENT_LOG_SOURCE: "tape" })).toThrow(/neither "auto" nor "api"/);
    expect(() => readConfig({ AGENT_API_URL, AGENT_LOG_RATE: "fast" })).toThrow(/no number of lines per second/);
    expect(() => readConfig({ AGENT_API_URL, AGENT_LOG_READERS: "0" })).toThrow(/from 1 to 10000/);
  });

  test("[HOST-03] plain HTTP beyond loopback needs an explicit flag", () => {
    const plain = { AGENT_API_URL: "http://hub.example" };
    expect(() => readConfig(plain)).toThrow(/AGENT_ALLOW_INSECURE=1/);
    expect(readConfig({ ...plain, AGENT_ALLOW_INSECURE: "1" }).hubUrl.href).toBe("http://hub.example/");
  });
});

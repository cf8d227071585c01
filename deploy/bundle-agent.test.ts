import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { makeTempDir } from "../testkit/temp-dir.ts";
import { bundleAgent } from "./bundle-agent.ts";

test("the agent is one file that needs nothing but Node, and carries no schema library", async () => {
  await using temp = await makeTempDir("bundle");
  const bundle = await bundleAgent(path.join(temp.path, "dist"));
  expect(bundle.imports.filter((name) => !name.startsWith("node:"))).toEqual([]);
  expect(bundle.modules.filter((name) => name.includes("zod"))).toEqual([]);
  expect(bundle.modules).toContain("agent/main.ts");
  const code = await readFile(bundle.file, "utf8");
  expect(code).not.toMatch(/from "(?!node:)|require\("(?:bufferutil|utf-8-validate)"\)/);
  expect(code).not.toContain(process.cwd());
  const sha256 = createHash("sha256").update(code).digest("hex");
  expect(await readFile(bundle.checksumFile, "utf8")).toBe(`${sha256}  yardarm-agent.mjs\n`);

  expect(bundle.imports, "one import of it costs 5 MB: see leanHttp").not.toContain("node:http");

  const alone = path.join(temp.path, "yardarm-agent.mjs");
  await copyFile(bundle.file, alone);
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [alone, "--version"], { cwd: temp.path, env: {} });
  const manifest = await readFile(path.resolve(import.meta.dirname, "../agent/package.json"), "utf8");
  expect(stdout.trim()).toBe(JSON.parse(manifest).version);
  const refused = run(process.execPath, [alone], { cwd: temp.path, env: {} });
  await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("AGENT_API_URL is missing") });
});

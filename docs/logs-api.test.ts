import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { SqliteLogStore } from "@yardarm/hub/logs/sqlite/sqlite-log-store";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { ERROR } from "@yardarm/protocol/log/level";
import { flagsOf } from "@yardarm/protocol/log/line-flags";
import { AuthorityWorld } from "@yardarm/testkit/authority-world";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";

const run = promisify(execFile);
const LINES = 200;

test("[LOGS-06] [LOGS-11] the commands in docs/logs-api.md do what they say", async () => {
  const text = readFileSync(path.join(import.meta.dirname, "logs-api.md"), "utf8");
  const commands = [...text.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = ""]) => block.trim().split("\n"));
  expect(commands.length).toBeGreaterThan(7);

  await using world = await AuthorityWorld.open();
  const { orgId, containerId } = world.places.P1;
  const store = new SqliteLogStore({
    directory: path.join(world.dataDirectory, "logs"),
    nowMs: Date.now,
    after: (_, task) => {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    },
  });
  const encoder = new BatchEncoder();
  const startSeconds = Math.floor(Date.now() / 1000) - LINES;
  for (let seq = 0; seq < LINES; seq++) {
    const line = Buffer.from(`request ${seq} failed`);
    encoder.append(startSeconds + seq, 0, flagsOf(1, ERROR), line, 0, line.length);
  }
  const cursor = { nextSeq: LINES, tsNs: `${startSeconds + LINES - 1}000000000`, ordinal: 0, tail: [] };
  await store.append({ orgId, containerId, firstSeq: 0, batches: [encoder.finish(0)], cursor });
  await store.close();

  /** What a command needs; the token that it is run with has this scope and no other. */
  const scopeOf = (command: string): string => {
    if (!command.includes("/api/retention")) return "logs.read";
    return command.includes("PATCH") ? "retention.manage" : "fleet.read";
  };
  const tokenWith = (scope: string): string =>
    world.callers.find(({ name }) => name === `token ${scope}`)?.headers.authorization?.replace("Bearer ", "") ?? "";
  const directory = await makeTempDir("logs-api");
  await using _ = { [Symbol.asyncDispose]: () => directory.remove() };
  const env = {
    PATH: process.env.PATH,
    HUB: world.hub.url,
    CONTAINER: containerId,
  };
  const check = async (command: string): Promise<void> => {
    const { stdout } = await run("sh", ["-c", command], {
      env: { ...env, TOKEN: tokenWith(scopeOf(command)) },
      cwd: directory.path,
    });
    const file = command.includes("download=") ? "*.log.gz" : command.includes("/logs/download") ? "*.ndjson.gz" : null;
    const { stdout: shown } =
      file === null ? { stdout } : await run("sh", ["-c", `zcat ${file}`], { cwd: directory.path });
    const expected = command.includes("/api/retention")
      ? /"inForce":\s?\{/
      : /\/(position|range|histogram)/.test(command)
        ? /"(?:seq|lastSeq|total)":\s?\d/
        : /request \d+ failed/;
    expect(shown, command).toMatch(expected);
  };
  // None disturbs another. The one that follows a log has only its five seconds: it has them alone.
  const follows = (command: string): boolean => command.includes("follow=true");
  await Promise.all(commands.filter((command) => !follows(command)).map(check));
  await Promise.all(commands.filter(follows).map(check));
});

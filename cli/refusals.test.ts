import { writeFile } from "node:fs/promises";
import path from "node:path";
import { YARDARM } from "@yardarm/testkit/hub-process";
import { type Program, startProgram } from "@yardarm/testkit/program";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";

/** What `yardarm` refuses before it has started anything: one sentence on standard error, and an exit code that is not 0. */

const yardarm = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Program =>
  startProgram({ file: YARDARM, args, env: { YARDARM_PORT: "0", ...env } });

test.each(["up", "hub"])(
  "an unknown variable stops yardarm %s and is answered with the likely name",
  async (command) => {
    await using directory = await makeTempDir("cli");
    await using program = yardarm([command], { YARDARM_DATA: directory.path, YARDARM_PROT: "8081" });
    expect(await program.ended).toBe(2);
    expect(program.stderr()).toBe("The variable YARDARM_PROT is unknown. Did you mean YARDARM_PORT?\n");
  },
);

test("an unknown option stops yardarm", async () => {
  await using program = yardarm(["up", "--prot", "8081"]);
  expect(await program.ended).toBe(2);
  expect(program.stderr()).toBe("The option --prot is unknown. Did you mean --port?\n");
});

test("a data directory that cannot be one is refused with a sentence", async () => {
  await using directory = await makeTempDir("cli");
  const file = path.join(directory.path, "a-file");
  await writeFile(file, "");
  await using program = yardarm(["hub"], { YARDARM_DATA: file });
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toMatch(
    /^The data directory \S+a-file cannot be created or written \(EEXIST\)\. Give the hub's user access to it, or choose another one with YARDARM_DATA\.\n$/,
  );
});

test("a DOCKER_HOST without an engine is an error with a sentence, and no simulated fleet", async () => {
  await using directory = await makeTempDir("cli");
  const address = `unix://${directory.path}/docker.sock`;
  await using program = yardarm(["up"], { YARDARM_DATA: path.join(directory.path, "data"), DOCKER_HOST: address });
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toBe(
    `DOCKER_HOST points to ${address}, where there is no socket: start the engine or correct DOCKER_HOST.\n`,
  );
});

test("a socket at which nothing listens is an error with a sentence", async () => {
  await using directory = await makeTempDir("cli");
  const file = path.join(directory.path, "docker.sock");
  await writeFile(file, "");
  const env = { YARDARM_DATA: path.join(directory.path, "data"), DOCKER_HOST: `unix://${file}` };
  await using program = yardarm(["up"], env);
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toMatch(/^\S.*docker\.sock.*\.\n$/);
});

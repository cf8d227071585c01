import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { openDataDirectory } from "./data-directory.ts";

/** Another process that holds `directory`. */
const holdElsewhere = async (directory: string) => {
  const module = new URL("./data-directory.ts", import.meta.url).href;
  const script = `const { openDataDirectory } = await import(${JSON.stringify(module)});
    globalThis.held = openDataDirectory(process.argv[1]); console.log("held"); setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
};

test("a data directory is made when missing, for its owner alone", async () => {
  await using parent = await makeTempDir("data");
  const opened = openDataDirectory(path.join(parent.path, "a", "b"));
  expect(opened.path).toBe(path.join(parent.path, "a", "b"));
  opened.release();
  opened.release();
});

test("a second hub in the same process is refused until the first lets go", async () => {
  await using directory = await makeTempDir("data");
  const first = openDataDirectory(directory.path);
  expect(() => openDataDirectory(directory.path)).toThrow(/Another hub is already running on the data directory/);
  first.release();
  openDataDirectory(directory.path).release();
});

test("a second hub in another process is refused; killing that one frees the directory at once", async () => {
  await using directory = await makeTempDir("data");
  const other = await holdElsewhere(directory.path);
  expect(() => openDataDirectory(directory.path)).toThrow(expect.objectContaining({ code: "conflict" }));
  const exited = once(other, "exit");
  other.kill("SIGKILL");
  await exited;
  openDataDirectory(directory.path).release();
});

test("a path that cannot be a directory is refused with a sentence", async () => {
  await using parent = await makeTempDir("data");
  const file = path.join(parent.path, "file");
  await writeFile(file, "");
  expect(() => openDataDirectory(file)).toThrow(/cannot be created or written \(EEXIST\)/);
});

test("a directory that may not be written is refused with a sentence", async () => {
  await using parent = await makeTempDir("data");
  const directory = path.join(parent.path, "closed");
  await mkdir(directory);
  // Root may write anywhere, so the lock's own name is taken by a directory as well.
  await mkdir(path.join(directory, "hub.lock"));
  await chmod(directory, 0o500);
  expect(() => openDataDirectory(directory)).toThrow(expect.objectContaining({ code: "storage_unavailable" }));
});

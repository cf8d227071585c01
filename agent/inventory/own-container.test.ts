import { writeFile } from "node:fs/promises";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { findOwnContainer } from "./own-container.ts";

const ID = "ab".repeat(32);
const mount = (root: string, point: string): string => `900 800 254:1 ${root} ${point} rw,relatime - ext4 /dev/vda1 rw`;

test.each([
  ["Docker", mount(`/var/lib/docker/containers/${ID}/hostname`, "/etc/hostname"), ID],
  ["Podman", mount(`/containers/storage/overlay-containers/${ID}/userdata/hostname`, "/etc/hostname"), ID],
  ["a host that mounts its containers' files", mount("/", `/var/lib/docker/containers/${ID}/mounts/shm`), null],
  ["a host with a hostname of its own", mount("/etc/hostname", "/etc/hostname"), null],
])("%s", async (_, line, id) => {
  await using directory = await makeTempDir("mountinfo");
  const file = path.join(directory.path, "mountinfo");
  await writeFile(file, `${mount("/", "/")}\n${line}\n`);
  expect(findOwnContainer(file)).toBe(id);
});

test("where there is no such file, there is no container", () => {
  expect(findOwnContainer("/nonexistent/mountinfo")).toBeNull();
});

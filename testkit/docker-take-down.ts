import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { removeBridge } from "./docker-bridge.ts";
import { engineCall, engineRequest } from "./engine-request.ts";
import { endProcess, processTreeNaming, signal } from "./process-tree.ts";

/** Where a private engine keeps what, below its own directory. */
export function engineLayout(directory: string) {
  return {
    socket: path.join(directory, "docker.sock"),
    data: path.join(directory, "data"),
    exec: path.join(directory, "exec"),
    pidFile: path.join(directory, "dockerd.pid"),
    bridgeFile: path.join(directory, "bridge"),
    configFile: path.join(directory, "daemon.json"),
    log: path.join(directory, "dockerd.log"),
  } as const;
}

async function removeContainers(socket: string): Promise<void> {
  const rows = JSON.parse((await engineCall(socket, "GET", "/containers/json?all=1")).toString()) as { Id: string }[];
  await Promise.all(rows.map(({ Id }) => engineRequest(socket, "DELETE", `/containers/${Id}?force=1&v=1`)));
}

async function unmountBelow(directory: string): Promise<void> {
  const mounts = (await readFile("/proc/self/mountinfo", "utf8"))
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replaceAll(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8))),
    )
    .filter((mountPoint) => mountPoint.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length); // innermost first
  for (const mountPoint of mounts) await promisify(execFile)("umount", ["--lazy", mountPoint]);
}

/**
 * Ends the private engine that lives in `directory` in whatever state it is, and leaves nothing: no container, no shim, no containerd,
 * no mount, no bridge. Only processes that name this directory, and their children, are touched. Doing it again is harmless.
 */
export async function takeDownEngine(
  directory: string,
  { keepDirectory = false }: { readonly keepDirectory?: boolean } = {},
): Promise<void> {
  if (!existsSync(directory)) return;
  const layout = engineLayout(directory);
  try {
    await removeContainers(layout.socket); // killed, so that dockerd need not wait for their grace time
  } catch {
    // The engine does not answer: its processes are ended by id below.
  }
  const pid = Number(await readFile(layout.pidFile, "utf8").catch(() => "0"));
  const tree = await processTreeNaming(`${directory}/`);
  if (tree.includes(pid)) await endProcess(pid); // asked first: dockerd ends its containerd itself
  for (const left of tree) signal(left, "SIGKILL");
  for (const left of tree) await endProcess(left, { politely: "SIGKILL" });
  await unmountBelow(directory);
  const bridge = await readFile(layout.bridgeFile, "utf8").catch(() => undefined);
  if (bridge) await removeBridge({ name: bridge });
  if (!keepDirectory) await rm(directory, { recursive: true, force: true });
}

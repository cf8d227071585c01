import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A network of its own from which one can only dial out, and only to this machine. */
export interface NetworkNamespace extends AsyncDisposable {
  /** What this machine is called from inside. */
  readonly outside: string;
  /** What the inside is called from this machine. */
  readonly inside: string;
  /** Put in front of a command, runs it inside. */
  readonly prefix: readonly string[];
}

const PREFIX = "yardarm-out-";

/**
 * Makes the namespace, root only: one pair of interfaces, no other route, and whatever is dialled from outside is reset.
 * What earlier runs left behind when they were killed is removed first.
 */
export const makeNetworkNamespace = async (): Promise<NetworkNamespace> => {
  await removeLeftOvers();
  const { pid } = process;
  const name = `${PREFIX}${pid}`;
  // Interface names have 15 characters at most.
  const outer = `yo${pid}`;
  const net = `100.${64 + ((pid >> 14) & 63)}.${(pid >> 6) & 255}`;
  const [outside, inside] = [`${net}.${(pid & 63) * 4 + 1}`, `${net}.${(pid & 63) * 4 + 2}`];
  const prefix = ["ip", "netns", "exec", name];
  const ip = (...args: readonly string[]) => run("ip", args);
  const remove = async (): Promise<void> => {
    await ip("netns", "delete", name);
  };
  await ip("netns", "add", name);
  try {
    await ip("link", "add", outer, "type", "veth", "peer", "name", "inner", "netns", name);
    await ip("address", "add", `${outside}/30`, "dev", outer);
    await ip("link", "set", outer, "up");
    const within = (...command: readonly string[]) => run("ip", [...prefix.slice(1), ...command]);
    await within("ip", "link", "set", "lo", "up");
    await within("ip", "address", "add", `${inside}/30`, "dev", "inner");
    await within("ip", "link", "set", "inner", "up");
    const input = ["iptables", "-A", "INPUT", "-i", "inner", "-p", "tcp"];
    await within(...input, "--syn", "-j", "REJECT", "--reject-with", "tcp-reset");
  } catch (error) {
    await remove();
    throw error;
  }
  return { outside, inside, prefix, [Symbol.asyncDispose]: remove };
};

const removeLeftOvers = async (): Promise<void> => {
  const { stdout } = await run("ip", ["netns", "list"]);
  for (const [name] of stdout.matchAll(new RegExp(`^${PREFIX}\\d+`, "gm"))) {
    if (!existsSync(`/proc/${name.slice(PREFIX.length)}`)) await run("ip", ["netns", "delete", name]);
  }
};

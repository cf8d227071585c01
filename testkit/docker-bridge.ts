import { execFile } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A network bridge of one engine's own, so that neither another engine's nor the machine's network is touched. */
export interface Bridge {
  readonly name: string;
}

/**
 * Makes a bridge with an unused private /24 address.
 * @throws Error when `ip` is missing or refuses (no right to change the network)
 */
export async function makeBridge(): Promise<Bridge> {
  const { stdout } = await run("ip", ["-oneline", "-4", "address"]);
  const taken = new Set([...stdout.matchAll(/inet (\d+\.\d+\.\d+)\./g)].map((match) => match[1]));
  let network: string;
  do network = `10.${randomInt(200, 250)}.${randomInt(1, 250)}`;
  while (taken.has(network));
  const name = `yardarm${randomBytes(4).toString("hex")}`; // 15 characters, the kernel's limit
  await run("ip", ["link", "add", "name", name, "type", "bridge"]);
  try {
    await run("ip", ["address", "add", `${network}.1/24`, "dev", name]);
    await run("ip", ["link", "set", name, "up"]);
  } catch (error) {
    await removeBridge({ name });
    throw error;
  }
  return { name };
}

/** Removes the bridge; one that is gone already is no error. */
export async function removeBridge({ name }: Bridge): Promise<void> {
  try {
    await run("ip", ["link", "delete", name]);
  } catch (error) {
    if (!String(error).includes("Cannot find device")) throw error;
  }
}

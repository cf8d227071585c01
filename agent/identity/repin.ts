/** `yardarm-agent repin FILE`: the host's owner pins the hub's keys by hand, when no key that the agent knows can. */
import { readFileSync } from "node:fs";
import { keySetFingerprint } from "./hub-keys.ts";
import { loadIdentity, saveIdentity } from "./identity.ts";
import { openStateDirectory } from "./state-directory.ts";

/**
 * Pins the key set in `file` (written by `yardarm keys export`) and says so. A running agent knows it from its next start.
 *
 * @throws Error with a sentence when the agent is not enrolled, or the file holds no key set of its hub
 */
export const repin = (stateDirectory: string, file: string): string => {
  const directory = openStateDirectory(stateDirectory);
  const identity = loadIdentity(directory);
  if (identity === null) throw new Error(`The agent with the state directory ${stateDirectory} is not enrolled.`);
  const before = keySetFingerprint(identity.hubKeys.text);
  identity.hubKeys.repin(readFileSync(file, "utf8").trim());
  saveIdentity(directory, identity);
  const after = keySetFingerprint(identity.hubKeys.text);
  return `This agent trusts the keys with the fingerprint ${after} from its next start (before: ${before}).`;
};

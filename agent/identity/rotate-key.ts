/** `yardarm-agent rotate-key`: the host's owner has this agent use another key. */
import { AgentKeys, keyFingerprintOf } from "./agent-keys.ts";
import { loadIdentity } from "./identity.ts";
import { openStateDirectory } from "./state-directory.ts";

/**
 * Makes the other key and says so; the agent announces it when it connects, and the present one is good until then.
 *
 * @throws Error with a sentence when the agent is not enrolled
 */
export const rotateKey = (stateDirectory: string): string => {
  const directory = openStateDirectory(stateDirectory);
  const identity = loadIdentity(directory);
  if (identity === null) throw new Error(`The agent with the state directory ${stateDirectory} is not enrolled.`);
  const keys = new AgentKeys(directory, identity);
  const before = keyFingerprintOf(keys.current.publicKey);
  const after = keyFingerprintOf(keys.prepare().publicKey);
  return `This agent's key ${before} is replaced by ${after} when it connects next: restart it to have that now.`;
};

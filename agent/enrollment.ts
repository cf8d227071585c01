/** Which host this agent is: by an earlier enrollment, or by redeeming the join token, for as long as that may succeed. */
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { toProtocolError } from "@yardarm/protocol/errors";
import type { AgentConfig } from "./config.ts";
import { BackOff } from "./hub-client/back-off.ts";
import { keyFingerprintOf } from "./identity/agent-keys.ts";
import { enroll, isFinalRefusal } from "./identity/enroll.ts";
import { type Identity, loadIdentity } from "./identity/identity.ts";
import type { StateDirectory } from "./identity/state-directory.ts";
import type { Logger } from "./logger.ts";
import { AGENT_VERSION } from "./version.ts";

/** Throws an `Error` with a sentence when a person has to act, or the signal's reason. */
export const establishIdentity = async (
  config: AgentConfig,
  directory: StateDirectory,
  logger: Logger,
  signal: AbortSignal,
): Promise<Identity> => {
  const known = loadIdentity(directory);
  const { joinToken, hubUrl } = config;
  if (known !== null && (joinToken === null || joinToken.tokenId === known.joinTokenId)) return known;
  if (joinToken === null) {
    const advice = "create a host in the hub, and set AGENT_TOKEN_FILE to a file that holds its join token";
    throw new Error(`This agent is not enrolled: ${advice}.`);
  }
  const backOff = new BackOff(Math.random);
  for (;;) {
    try {
      const options = {
        hubUrl,
        token: joinToken,
        directory,
        agentVersion: AGENT_VERSION,
        hostname: hostname(),
        signal,
      };
      const identity = await enroll(options);
      const { hostId, hubId, signer } = identity;
      const fingerprint = keyFingerprintOf(signer.publicKey);
      logger.info("Enrolled with the hub.", { hostId, hubId, fingerprint });
      return identity;
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = toProtocolError(error);
      if (isFinalRefusal(error)) {
        if (known === null) throw error;
        // The token of a service that is started again long after: what was enrolled still holds.
        logger.warn("The join token was refused; the earlier enrollment is used.", { code, reason: message });
        return known;
      }
      const delayMs = backOff.nextDelayMs(0);
      logger.warn("Enrolling failed; it is tried again.", { code, reason: message, delayMs });
      await delay(delayMs, undefined, { signal });
    }
  }
};

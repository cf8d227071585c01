/** Which version of the engine API both sides speak. */
import { ProtocolError } from "@yardarm/protocol/errors";

/** The oldest API with everything the agent needs (Docker 20.10, Podman 4). */
const API_FLOOR = "1.41";
/** The newest API whose answers these decoders are written for; newer engines still speak it. */
const API_CEILING = "1.47";

/**
 * The version to put into every path: the engine's own, at most `API_CEILING`.
 * Throws `engine_too_old` below `API_FLOOR`, and `engine_error` when the engine does not say.
 */
export const negotiateApiVersion = (offered: string | undefined): string => {
  if (offered === undefined || !/^\d{1,4}\.\d{1,4}$/.test(offered)) {
    throw new ProtocolError("engine_error", "What answers on the socket does not name an engine API version.");
  }
  if (compareVersions(offered, API_FLOOR) < 0) {
    throw new ProtocolError(
      "engine_too_old",
      `The engine speaks API ${offered}, at least ${API_FLOOR} is needed: upgrade to Docker 20.10 or Podman 4, or newer.`,
    );
  }
  return compareVersions(offered, API_CEILING) < 0 ? offered : API_CEILING;
};

/** Compares dotted numbers by their numeric parts: negative when `left` is older. Suffixes such as `-rc1` are ignored. */
export const compareVersions = (left: string, right: string): number => {
  const [a, b] = [left, right].map((version) => version.split(/[.+~-]/).map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

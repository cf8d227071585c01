/** Finds the engine's socket: `DOCKER_HOST`, then the usual Docker, rootless and Podman places. */
import { statSync } from "node:fs";
import {
  connectedEvent,
  connectTo,
  describeEndpoint,
  type EngineEndpoint,
  type EngineEnvironment,
  parseDockerHost,
} from "./endpoint.ts";

/** Why an engine that should be there cannot be used. `missing` and `invalid` only ever concern `DOCKER_HOST`. */
export type RefusalReason = "permission" | "not_a_socket" | "connection_refused" | "missing" | "invalid";

/**
 * - `found`: something listens there (its version is not checked yet).
 * - `none`: no `DOCKER_HOST`, and none of the usual sockets exists.
 * - `refused`: a socket is there, or was asked for, and cannot be used; `sentence` says what to do.
 */
export type EngineDiscovery =
  | { readonly status: "found"; readonly endpoint: EngineEndpoint }
  | { readonly status: "none"; readonly tried: readonly string[] }
  | { readonly status: "refused"; readonly reason: RefusalReason; readonly where: string; readonly sentence: string };

type Refused = Extract<EngineDiscovery, { status: "refused" }>;
type Attempt = EngineDiscovery | { readonly status: "absent" };

const CONNECT_TIMEOUT_MS = 3_000;

/** The socket files that are looked at without `DOCKER_HOST`, in this order. */
export const usualSockets = (env: EngineEnvironment): readonly string[] => {
  const runtime = env.XDG_RUNTIME_DIR;
  return [
    "/var/run/docker.sock",
    ...(runtime ? [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`] : []),
    "/run/podman/podman.sock",
  ];
};

/**
 * Tries the places in order and takes the first that accepts a connection. A place that refuses does not hide a later
 * one that works; only when nothing works is the first refusal the answer.
 */
export const discoverEngine = async (
  env: EngineEnvironment,
  sockets: readonly string[] = usualSockets(env),
): Promise<EngineDiscovery> => {
  if (env.DOCKER_HOST) {
    const attempt = await tryDockerHost(env.DOCKER_HOST, env);
    if (attempt.status !== "absent") return attempt;
    const sentence = `DOCKER_HOST points to ${env.DOCKER_HOST}, where there is no socket: start the engine or correct DOCKER_HOST.`;
    return { status: "refused", reason: "missing", where: env.DOCKER_HOST, sentence };
  }
  let refusal: Refused | undefined;
  for (const socketPath of sockets) {
    const attempt = await tryUnixSocket(socketPath);
    if (attempt.status === "found") return attempt;
    if (attempt.status === "refused") refusal ??= attempt;
  }
  return refusal ?? { status: "none", tried: sockets };
};

const tryDockerHost = async (address: string, env: EngineEnvironment): Promise<Attempt> => {
  let endpoint: EngineEndpoint;
  try {
    endpoint = parseDockerHost(address, env);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { status: "refused", reason: "invalid", where: address, sentence };
  }
  return endpoint.kind === "unix" ? tryUnixSocket(endpoint.socketPath) : tryConnect(endpoint);
};

const tryUnixSocket = async (socketPath: string): Promise<Attempt> => {
  const endpoint: EngineEndpoint = { kind: "unix", socketPath };
  try {
    if (!statSync(socketPath).isSocket()) return refuse(endpoint, "not_a_socket");
  } catch (error) {
    const code = errnoOf(error);
    return code === "EACCES" || code === "EPERM" ? refuse(endpoint, "permission") : { status: "absent" };
  }
  return tryConnect(endpoint);
};

const tryConnect = (endpoint: EngineEndpoint): Promise<Attempt> =>
  new Promise((resolve) => {
    const socket = connectTo(endpoint);
    const settle = (attempt: Attempt): void => {
      socket.destroy();
      resolve(attempt);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => settle(refuse(endpoint, "connection_refused")));
    socket.once(connectedEvent(endpoint), () => settle({ status: "found", endpoint }));
    socket.on("error", (error) => {
      const code = errnoOf(error);
      if (code === "ENOENT") settle({ status: "absent" });
      else if (code === "EACCES" || code === "EPERM") settle(refuse(endpoint, "permission"));
      else settle(refuse(endpoint, "connection_refused"));
    });
  });

const refuse = (endpoint: EngineEndpoint, reason: "permission" | "not_a_socket" | "connection_refused"): Refused => {
  const where = describeEndpoint(endpoint);
  const sentences = {
    permission: `${where} may not be opened by this user: run as root, join the "docker" group (then log in again), or set DOCKER_HOST to a socket of your own.`,
    not_a_socket: `${where} is not a socket: Docker creates a directory there when the path was bind-mounted before the engine ran. Remove it and start the engine.`,
    connection_refused: `Nothing answers on ${where}: start the engine (for example "systemctl start docker") or correct DOCKER_HOST.`,
  };
  return { status: "refused", reason, where, sentence: sentences[reason] };
};

const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** Where an engine listens, and how that is spelled for people and for sockets. */
import { readFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import * as tls from "node:tls";

/** The three PEM files of a client that an engine on TCP knows. */
export type TlsFiles = { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };

export type EngineEndpoint =
  | { readonly kind: "unix"; readonly socketPath: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls: TlsFiles | null };

/** How people write this endpoint: what `DOCKER_HOST` would say. */
export const describeEndpoint = (endpoint: EngineEndpoint): string =>
  endpoint.kind === "unix" ? `unix://${endpoint.socketPath}` : `tcp://${endpoint.host}:${endpoint.port}`;

/** Keeps a half-open TCP connection to a remote engine from looking alive for ever. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Opens a plain connection; the caller listens for `connect` (`secureConnect` on TLS) and `error`. `onread`: where bytes
 * go instead of `data` events, as in `net.connect`.
 */
export const connectTo = (endpoint: EngineEndpoint, onread?: net.OnReadOpts): net.Socket => {
  const reading = onread === undefined ? {} : { onread };
  if (endpoint.kind === "unix") return net.connect({ path: endpoint.socketPath, ...reading });
  const { host, port } = endpoint;
  if (endpoint.tls !== null) return tls.connect({ host, port, ...endpoint.tls, ...reading });
  return net.connect({ host, port, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, ...reading });
};

/** The event after which a socket made by `connectTo` can be written to. */
export const connectedEvent = (endpoint: EngineEndpoint): "connect" | "secureConnect" =>
  endpoint.kind === "tcp" && endpoint.tls !== null ? "secureConnect" : "connect";

/** What the environment may say about the engine; the names are the docker CLI's. */
export type EngineEnvironment = {
  readonly DOCKER_HOST?: string | undefined;
  readonly DOCKER_TLS_VERIFY?: string | undefined;
  readonly DOCKER_CERT_PATH?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
  readonly HOME?: string | undefined;
};

const PLAIN_PORT = 2375;
const TLS_PORT = 2376;

/**
 * Reads `DOCKER_HOST` the way the docker CLI does: `unix://path`, `tcp://host[:port]`, with TLS when
 * `DOCKER_TLS_VERIFY` is set (files in `DOCKER_CERT_PATH`, else `~/.docker`).
 * Throws an `Error` whose message says what to change.
 */
export const parseDockerHost = (address: string, env: EngineEnvironment): EngineEndpoint => {
  const [scheme, rest] = address.includes("://") ? address.split("://", 2) : ["tcp", address];
  if (scheme === "unix" && rest) return { kind: "unix", socketPath: rest };
  if (scheme !== "tcp" || !rest) {
    throw new Error(`DOCKER_HOST "${address}" is not supported: use unix:///path/to/docker.sock or tcp://host:port.`);
  }
  const secure = Boolean(env.DOCKER_TLS_VERIFY);
  const url = URL.parse(`http://${rest}`);
  if (url === null || url.hostname === "") throw new Error(`DOCKER_HOST "${address}" has no valid host and port.`);
  const explicitPort = url.port === "" ? (/:80(\/|$)/.test(rest) ? 80 : null) : Number(url.port);
  return {
    kind: "tcp",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: explicitPort ?? (secure ? TLS_PORT : PLAIN_PORT),
    tls: secure ? readTlsFiles(env) : null,
  };
};

const readTlsFiles = (env: EngineEnvironment): TlsFiles => {
  const directory = env.DOCKER_CERT_PATH || join(env.HOME ?? "/root", ".docker");
  const read = (name: string): Buffer => {
    try {
      return readFileSync(join(directory, name));
    } catch (cause) {
      throw new Error(`DOCKER_TLS_VERIFY is set, but ${join(directory, name)} cannot be read.`, { cause });
    }
  };
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
};

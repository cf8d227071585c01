/** The `Engine` behind a socket. */
import { ProtocolError } from "@yardarm/protocol/errors";
import type { DockerId } from "@yardarm/protocol/ids";
import { negotiateApiVersion } from "./api-version.ts";
import {
  type ContainerDetails,
  type ContainerSummary,
  decodeContainerDetails,
  decodeContainerList,
} from "./container-details.ts";
import { type ContainerEvent, eventsPath, readContainerEvents } from "./container-events.ts";
import { type LogRequest, logsPath } from "./container-logs.ts";
import { type ContainerStats, decodeContainerStats } from "./container-stats.ts";
import type { EngineEndpoint } from "./endpoint.ts";
import type { ActOptions, ActResult, CallOptions, Engine, StopOptions } from "./engine.ts";
import { statusError } from "./engine-errors.ts";
import { decodeIdentity, type EngineIdentity, type EngineKind, kindFromPing } from "./engine-identity.ts";
import { openRawStream, type RawStream } from "./raw-stream.ts";
import { type Lane, UnaryClient, type UnaryResponse } from "./unary-client.ts";

/** Generous, because a busy engine answers late and a false "unreachable" costs a full resync. */
const READ_TIMEOUT_MS = 15_000;
const STREAM_HEAD_TIMEOUT_MS = 15_000;

type Negotiated = { readonly apiVersion: string; readonly kind: EngineKind; readonly ping: UnaryResponse };
type Reading = CallOptions & { readonly lane?: Lane; readonly timeoutMs?: number };
type Verb = "start" | "stop" | "restart" | "pause" | "unpause" | "kill";

export class DockerEngine implements Engine {
  readonly #endpoint: EngineEndpoint;
  readonly #client: UnaryClient;
  #negotiated: Negotiated | undefined;

  constructor(endpoint: EngineEndpoint) {
    this.#endpoint = endpoint;
    this.#client = new UnaryClient(endpoint);
  }

  async handshake(options: CallOptions = {}): Promise<EngineIdentity> {
    const { ping, apiVersion } = await this.#negotiate(options);
    const [version, info] = await Promise.all([
      this.#readJson("/version", "read the engine's version", options),
      this.#readJson("/info", "read the engine's information", options),
    ]);
    return decodeIdentity({ pingHeaders: ping.headers, version, info, apiVersion, nowMs: Date.now() });
  }

  async listContainers(options: CallOptions = {}): Promise<readonly ContainerSummary[]> {
    return decodeContainerList(await this.#readJson("/containers/json?all=1", "list containers", options));
  }

  async inspectContainer(dockerId: DockerId, options: CallOptions = {}): Promise<ContainerDetails> {
    const answer = await this.#readJson(`/containers/${dockerId}/json`, "inspect the container", options);
    const details = decodeContainerDetails(answer);
    if (details === null) throw new ProtocolError("engine_error", "The engine described a container without its id.");
    return details;
  }

  async openEvents(sinceNs: bigint, options: CallOptions = {}): Promise<AsyncIterable<ContainerEvent>> {
    const { kind } = this.#negotiated ?? (await this.#negotiate(options));
    return readContainerEvents(await this.#openStream(eventsPath(kind, sinceNs), "follow events", options));
  }

  openLogs(request: LogRequest): Promise<RawStream> {
    return this.#openStream(logsPath(request), "read logs", request);
  }

  async readStats(
    dockerId: DockerId,
    options: CallOptions & { readonly timeoutMs: number },
  ): Promise<ContainerStats | null> {
    const path = `/containers/${dockerId}/stats?stream=false&one-shot=true`;
    return decodeContainerStats(await this.#readJson(path, "read statistics", { ...options, lane: "stats" }));
  }

  startContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult> {
    return this.#act("start", dockerId, options);
  }

  stopContainer(dockerId: DockerId, options: StopOptions): Promise<ActResult> {
    return this.#act("stop", dockerId, options);
  }

  restartContainer(dockerId: DockerId, options: StopOptions): Promise<ActResult> {
    return this.#act("restart", dockerId, options);
  }

  pauseContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult> {
    return this.#act("pause", dockerId, options);
  }

  unpauseContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult> {
    return this.#act("unpause", dockerId, options);
  }

  killContainer(dockerId: DockerId, options: ActOptions): Promise<ActResult> {
    return this.#act("kill", dockerId, options);
  }

  close(): void {
    this.#client.close();
  }

  async #act(verb: Verb, dockerId: DockerId, options: StopOptions): Promise<ActResult> {
    const what = `${verb} the container`;
    const query = options.graceSeconds === undefined ? "" : `?t=${Math.trunc(options.graceSeconds)}`;
    const { apiVersion } = this.#negotiated ?? (await this.#negotiate(options));
    const answer = await this.#client.request({
      method: "POST",
      path: `/v${apiVersion}/containers/${dockerId}/${verb}${query}`,
      lane: "act",
      what,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    });
    if (answer.status === 304) return "already";
    if (answer.status >= 200 && answer.status < 300) return "done";
    throw statusError(what, answer.status, answer.body);
  }

  async #readJson(path: string, what: string, reading: Reading): Promise<unknown> {
    const { apiVersion } = this.#negotiated ?? (await this.#negotiate(reading));
    const answer = await this.#client.request({
      method: "GET",
      path: `/v${apiVersion}${path}`,
      lane: reading.lane ?? "read",
      what,
      timeoutMs: reading.timeoutMs ?? READ_TIMEOUT_MS,
      signal: reading.signal,
    });
    if (answer.status !== 200) throw statusError(what, answer.status, answer.body);
    try {
      return JSON.parse(answer.body.toString("utf8"));
    } catch (cause) {
      throw new ProtocolError("engine_error", `The engine's answer to ${what} is not JSON.`, { cause });
    }
  }

  async #openStream(path: string, what: string, options: CallOptions): Promise<RawStream> {
    const { apiVersion } = this.#negotiated ?? (await this.#negotiate(options));
    return openRawStream(this.#endpoint, {
      path: `/v${apiVersion}${path}`,
      what,
      timeoutMs: STREAM_HEAD_TIMEOUT_MS,
      signal: options.signal,
    });
  }

  /** `/_ping` is the one path that every engine answers without a version. */
  async #negotiate(options: CallOptions): Promise<Negotiated> {
    const what = "answer a ping";
    const { signal } = options;
    const request = { method: "GET", path: "/_ping", lane: "read", what, timeoutMs: READ_TIMEOUT_MS, signal } as const;
    const ping = await this.#client.request(request);
    if (ping.status !== 200) throw statusError(what, ping.status, ping.body);
    const offered = ping.headers["api-version"];
    const apiVersion = negotiateApiVersion(Array.isArray(offered) ? offered[0] : offered);
    this.#negotiated = { apiVersion, kind: kindFromPing(ping.headers), ping };
    return this.#negotiated;
  }
}

/** An engine that may not be there yet: it is looked for again whenever somebody shakes hands, until one answers. */
import { ProtocolError } from "@yardarm/protocol/errors";
import { discoverEngine, type EngineDiscovery } from "./docker/discover-engine.ts";
import { DockerEngine } from "./docker/docker-engine.ts";
import type { EngineEndpoint, EngineEnvironment } from "./docker/endpoint.ts";
import type { Engine } from "./docker/engine.ts";
import type { EngineIdentity } from "./docker/engine-identity.ts";

export class LateEngine implements Engine {
  readonly #env: EngineEnvironment;
  #found: { readonly endpoint: EngineEndpoint; readonly engine: DockerEngine } | null = null;
  #refusal: ProtocolError = new ProtocolError("engine_unreachable", "The engine has not been looked for yet.");

  constructor(env: EngineEnvironment) {
    this.#env = env;
  }

  /** Where the engine was found; `null` before. */
  get endpoint(): EngineEndpoint | null {
    return this.#found?.endpoint ?? null;
  }

  async handshake(options: Parameters<Engine["handshake"]>[0] = {}): Promise<EngineIdentity> {
    const { endpoint, engine } = this.#found ?? (await this.#discover());
    this.#found = { endpoint, engine };
    try {
      return await engine.handshake(options);
    } catch (error) {
      // Another socket may answer next time, unless it was named.
      if (this.#env.DOCKER_HOST === undefined) this.#forget();
      throw error;
    }
  }

  listContainers: Engine["listContainers"] = async (options) => this.#engine.listContainers(options);
  inspectContainer: Engine["inspectContainer"] = async (...call) => this.#engine.inspectContainer(...call);
  openEvents: Engine["openEvents"] = async (...call) => this.#engine.openEvents(...call);
  openLogs: Engine["openLogs"] = async (request) => this.#engine.openLogs(request);
  readStats: Engine["readStats"] = async (...call) => this.#engine.readStats(...call);
  startContainer: Engine["startContainer"] = async (...call) => this.#engine.startContainer(...call);
  stopContainer: Engine["stopContainer"] = async (...call) => this.#engine.stopContainer(...call);
  restartContainer: Engine["restartContainer"] = async (...call) => this.#engine.restartContainer(...call);
  pauseContainer: Engine["pauseContainer"] = async (...call) => this.#engine.pauseContainer(...call);
  unpauseContainer: Engine["unpauseContainer"] = async (...call) => this.#engine.unpauseContainer(...call);
  killContainer: Engine["killContainer"] = async (...call) => this.#engine.killContainer(...call);

  close(): void {
    this.#forget();
  }

  get #engine(): DockerEngine {
    if (this.#found === null) throw this.#refusal;
    return this.#found.engine;
  }

  #forget(): void {
    this.#found?.engine.close();
    this.#found = null;
  }

  async #discover(): Promise<{ readonly endpoint: EngineEndpoint; readonly engine: DockerEngine }> {
    const discovery = await discoverEngine(this.#env);
    if (discovery.status === "found") {
      return { endpoint: discovery.endpoint, engine: new DockerEngine(discovery.endpoint) };
    }
    this.#refusal = refusalOf(discovery);
    throw this.#refusal;
  }
}

const refusalOf = (discovery: Exclude<EngineDiscovery, { status: "found" }>): ProtocolError => {
  if (discovery.status === "none") {
    const sockets = discovery.tried.join(", ");
    return new ProtocolError(
      "engine_unreachable",
      `No engine's socket was found (${sockets}): start Docker or Podman, or set DOCKER_HOST.`,
    );
  }
  const code = discovery.reason === "permission" ? "engine_permission" : "engine_unreachable";
  return new ProtocolError(code, discovery.sentence);
};

import { discoverEngine, type EngineDiscovery } from "./docker/discover-engine.ts";
import type { EngineEnvironment } from "./docker/endpoint.ts";

/** Whether there is an engine on this machine for an agent to look at: asked before one is started. */
export const findEngine = (env: EngineEnvironment): Promise<EngineDiscovery> => discoverEngine(env);

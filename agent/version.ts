import manifest from "./package.json" with { type: "json" };

/** The one version number of agent, hub, web and CLI. */
export const AGENT_VERSION: string = manifest.version;

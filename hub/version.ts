import manifest from "./package.json" with { type: "json" };

/** One number for hub, agent, web and command line. */
export const VERSION: string = manifest.version;

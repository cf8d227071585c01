import type { FileSource } from "./file/file-source.ts";
import type { LogContainer, LogSource, LogSourceChoice, LogSources } from "./log-source.ts";

export type HostLogSourcesOptions = {
  readonly file: FileSource;
  readonly api: LogSource;
  /** `api`: the files are left alone, also where they could be read. */
  readonly prefer: "auto" | "api";
};

/** The files where the agent may and can read them, the engine's API for everything else. */
export class HostLogSources implements LogSources {
  readonly #options: HostLogSourcesOptions;

  constructor(options: HostLogSourcesOptions) {
    this.#options = options;
  }

  choose(container: LogContainer): LogSourceChoice {
    const { file, api, prefer } = this.#options;
    if (prefer === "api") return { source: api, reason: "AGENT_LOG_SOURCE tells the agent to use the engine's API." };
    const answer = file.find(container);
    return answer.kind === "readable" ? { source: file, reason: null } : { source: api, reason: answer.reason };
  }
}

/** One source for everything. */
export const onlySource = (source: LogSource): LogSources => ({ choose: () => ({ source, reason: null }) });

import type { FileSource } from "./file/file-source.ts";
import type { LogContainer, LogSource, LogSourceChoice, LogSources } from "./log-source.ts";

/** The files where the agent may and can read them, the engine's API for everything else. */
export class HostLogSources implements LogSources {
  readonly #file: FileSource;
  readonly #api: LogSource;

  constructor(sources: { readonly file: FileSource; readonly api: LogSource }) {
    this.#file = sources.file;
    this.#api = sources.api;
  }

  choose(container: LogContainer): LogSourceChoice {
    const answer = this.#file.find(container);
    if (answer.kind === "readable") return { source: this.#file, reason: null };
    return { source: this.#api, reason: answer.reason };
  }
}

/** One source for everything. */
export const onlySource = (source: LogSource): LogSources => ({ choose: () => ({ source, reason: null }) });

import type { ContainerRun } from "../container-run.ts";
import type { LogContainer, LogRead, LogSource, MessageReader, OpenLog } from "../log-source.ts";
import { FileReading } from "./file-reading.ts";
import { type DirectoryAnswer, type EnginePlace, findLogDirectory } from "./log-directory.ts";

export type FileSourceOptions = {
  /** What is known of the engine now. */
  place(): EnginePlace;
  /** Rejects while the engine cannot say. */
  inspect(container: LogContainer): Promise<ContainerRun>;
};

/** Reads the json-file driver's own files, where the engine's host lets the agent. */
export class FileSource implements LogSource {
  readonly kind = "file";
  readonly followsRotation = true;
  readonly #options: FileSourceOptions;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  /** Whether this container's files may be read and can be, now. */
  find(container: LogContainer): DirectoryAnswer {
    return findLogDirectory(container, this.#options.place());
  }

  open(read: LogRead, reader: MessageReader): OpenLog {
    return new FileReading({
      find: () => this.find(read.container),
      read,
      reader,
      inspect: () => this.#options.inspect(read.container),
    });
  }
}

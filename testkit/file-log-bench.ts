/** The agent's log part over files that a test writes; there is no engine but one that says whether the container runs. */
import type { ContainerDetails } from "@yardarm/agent/docker/container-details";
import type { DockerEngine } from "@yardarm/agent/docker/docker-engine";
import { FileSource } from "@yardarm/agent/logs/file/file-source";
import { onlySource } from "@yardarm/agent/logs/log-sources";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { AgentLogBench, type AgentLogBenchOptions } from "./agent-log-bench.ts";
import { JsonFileLog } from "./json-file-log.ts";
import { makeTempDir, type TempDir } from "./temp-dir.ts";

const dockerId = asId<DockerId>("1".padStart(64, "0"));
const MANY_FILES = 64;

/** `line from` to `line to`. */
export const numberedLines = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

export class FileLogBench {
  readonly log: JsonFileLog;
  readonly source: FileSource;
  /** What the engine says of the container; `null`: there is no engine that would answer. */
  isRunning: boolean | null = true;
  readonly #temp: TempDir;
  #agent: AgentLogBench | null = null;

  private constructor(temp: TempDir) {
    this.#temp = temp;
    this.log = new JsonFileLog(temp.path, dockerId);
    this.source = new FileSource({
      // Whoever owns the socket is the engine's user; here a directory stands in for it.
      place: () => ({
        endpoint: { kind: "unix", socketPath: temp.path },
        identity: { kind: "docker", rootDirectory: temp.path },
      }),
      inspect: async () => {
        if (this.isRunning === null) throw new Error("The engine does not answer.");
        return this.isRunning ? "running" : "stopped";
      },
    });
  }

  static async create(): Promise<FileLogBench> {
    return new FileLogBench(await makeTempDir("follow"));
  }

  /** The agent of the last `start`. */
  get agent(): AgentLogBench {
    if (this.#agent === null) throw new Error("No agent was started.");
    return this.#agent;
  }

  container(maxFiles = MANY_FILES): ContainerDetails {
    const { log, isRunning } = this;
    const details: Partial<ContainerDetails> = { dockerId, tty: false, logDriver: "json-file", logPath: log.path };
    const state = isRunning === false ? "exited" : "running";
    const logOptions = { "max-file": String(maxFiles) };
    return { ...details, labels: {}, logOptions, createdAtNs: 1n, state } as unknown as ContainerDetails;
  }

  start(options: Partial<AgentLogBenchOptions> = {}): void {
    const engine = { inspectContainer: async () => this.container() } as unknown as DockerEngine;
    this.#agent = new AgentLogBench({
      engine,
      container: this.container(),
      sources: onlySource(this.source),
      rate: null,
      ...options,
    });
    this.#agent.startAgent();
  }

  /** Lines `from` to `to` of standard output. */
  write(from: number, to: number): void {
    const lines = numberedLines(from, to).map((line) => `${line}\n`);
    this.log.write("stdout", lines.join(""));
  }

  /** Has the hub commit all that came. @throws Error when these are not so many lines */
  commit(count: number): void {
    this.agent.commit();
    const { committedLines } = this.agent;
    if (committedLines !== count) throw new Error(`The hub has committed ${committedLines} lines instead of ${count}.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent?.killAgent();
    await this.#temp.remove();
  }
}

import type { ContainerDetails } from "@yardarm/agent/docker/container-details";
import type { DockerEngine } from "@yardarm/agent/docker/docker-engine";
import { ApiSource } from "@yardarm/agent/logs/api-source";
import { runStateOf } from "@yardarm/agent/logs/container-run";
import { LogManager } from "@yardarm/agent/logs/log-manager";
import type { LogSources } from "@yardarm/agent/logs/log-source";
import { onlySource } from "@yardarm/agent/logs/log-sources";
import type { LogRate } from "@yardarm/agent/logs/numberer/rate-limit";
import { systemClock } from "@yardarm/agent/system-clock";
import type { LogSourceState } from "@yardarm/protocol/container";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { CollectingLogHub } from "./collecting-log-hub.ts";
import { waitUntil } from "./wait-until.ts";

const ALIAS = 7;
const COMMIT_EVERY_MS = 20;

export type AgentLogBenchOptions = {
  readonly engine: DockerEngine;
  readonly container: ContainerDetails;
  /** By this machine's clock; default: before the container. */
  readonly enrolledAtNs?: bigint;
  readonly isWatched?: boolean;
  /** Default: the engine's API. */
  readonly sources?: LogSources;
  readonly rate?: LogRate | null;
};

/** The log part of one agent for one container, and a hub that outlives agents and connections. */
export class AgentLogBench {
  readonly hub = new CollectingLogHub();
  readonly statuses: LogSourceState[] = [];
  readonly #options: AgentLogBenchOptions;
  #manager: LogManager | null = null;
  #isConnected = false;
  #committer: NodeJS.Timeout | undefined;
  #failure: unknown = null;
  #isKnown = true;

  constructor(options: AgentLogBenchOptions) {
    this.#options = options;
  }

  startAgent(): void {
    const { engine, container, sources = onlySource(new ApiSource(engine)), rate } = this.#options;
    this.#manager = new LogManager({
      sources,
      ...(rate === undefined ? {} : { rate }),
      describe: () => (this.#isKnown ? container : null),
      inspect: (dockerId) => runStateOf(() => engine.inspectContainer(dockerId)),
      send: ({ containers }) => {
        if (this.#isConnected) this.statuses.push(...containers.map(({ source }) => source));
        return this.#isConnected;
      },
      sendFrame: (frame) => {
        if (!this.#isConnected) return false;
        try {
          this.hub.take(frame);
        } catch (error) {
          this.#failure ??= error;
        }
        return true;
      },
      clock: systemClock,
      random: Math.random,
    });
    this.connect();
  }

  /** A new connection: the hub assigns what it has committed. */
  connect(): void {
    const manager = this.#running;
    const { container, enrolledAtNs = 0n, isWatched = true } = this.#options;
    this.#isConnected = true;
    manager.online(enrolledAtNs);
    const cursor = this.hub.cursor(ALIAS);
    manager.take({ type: "log.assign", streams: [{ dockerId: container.dockerId, alias: ALIAS, cursor }] });
    if (isWatched) manager.take({ type: "log.stream.start", alias: ALIAS });
    this.#committer = setInterval(() => manager.take({ type: "ack", acks: [this.hub.commit(ALIAS)] }), COMMIT_EVERY_MS);
  }

  /** The agent sends what it has taken, and the hub commits it. */
  commit(): void {
    this.#running.flush();
    this.#running.take({ type: "ack", acks: [this.hub.commit(ALIAS)] });
  }

  /** What was not committed is lost with the connection. */
  cutConnection(): void {
    clearInterval(this.#committer);
    this.#isConnected = false;
    this.#running.offline();
    this.hub.forgetUncommitted(ALIAS);
  }

  killAgent(): void {
    if (this.#manager === null) return;
    this.cutConnection();
    this.#manager.stop();
    this.#manager = null;
  }

  /** The engine's inventory does not name the container any more. */
  forgetContainer(): void {
    this.#isKnown = false;
  }

  /** Resolves when the hub has committed such a cursor. */
  async waitForCursor(isRight: (cursor: LogCursor) => boolean): Promise<void> {
    await waitUntil("such a cursor", () => {
      const cursor = this.hub.cursor(ALIAS);
      return cursor !== null && isRight(cursor);
    });
  }

  containerStarted(): void {
    this.#running.containerStarted(this.#options.container.dockerId);
  }

  containerStopped(): void {
    this.#manager?.containerStopped(this.#options.container.dockerId);
  }

  /** The agent was sent back although it did nothing wrong: its numbers are asked for again from the committed cursor. */
  rewind(): void {
    this.hub.forgetUncommitted(ALIAS);
    const cursor = this.hub.cursor(ALIAS);
    this.#running.take({ type: "log.rewind", alias: ALIAS, nextSeq: cursor?.nextSeq ?? 0, cursor });
  }

  /** Resolves when so many lines have come; throws what was wrong with them. */
  async waitForLines(count: number): Promise<void> {
    await this.hub.waitForLines(ALIAS, count);
    this.check();
  }

  /** As `waitForLines`, and does not wait for the agent to send unwatched lines in its own time. */
  async drawLines(count: number): Promise<void> {
    await waitUntil(`${count} lines`, () => {
      this.commit();
      return this.count >= count;
    });
    this.check();
  }

  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  get count(): number {
    return this.hub.count(ALIAS);
  }

  /** Lines that the hub has committed. */
  get committedLines(): number {
    return this.hub.cursor(ALIAS)?.nextSeq ?? 0;
  }

  /** The line that came last. */
  get lastText(): string | undefined {
    return this.hub.last(ALIAS)?.text;
  }

  get lines() {
    return this.hub.lines(ALIAS);
  }

  /** The text of every line in order; a loss as its reason in brackets. */
  get texts(): readonly string[] {
    return this.hub.texts(ALIAS);
  }

  get #running(): LogManager {
    if (this.#manager === null) throw new Error("No agent runs.");
    return this.#manager;
  }
}

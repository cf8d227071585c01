/** One container that prints numbered lines into a log that rotates, and who reads it. */
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { Demultiplexer } from "../../../agent/docker/demultiplexer.ts";
import { DockerEngine } from "../../../agent/docker/docker-engine.ts";
import type { EngineIdentity } from "../../../agent/docker/engine-identity.ts";
import { ApiSource } from "../../../agent/logs/api-source.ts";
import { isWriting, runStateOf } from "../../../agent/logs/container-run.ts";
import { FileSource } from "../../../agent/logs/file/file-source.ts";
import type { LogSources } from "../../../agent/logs/log-source.ts";
import { onlySource } from "../../../agent/logs/log-sources.ts";
import { AgentLogBench } from "../../../testkit/agent-log-bench.ts";
import { engineCall, engineRequest } from "../../../testkit/engine-request.ts";
import { splitFrames } from "../../../testkit/engine-stream.ts";
import { TEST_IMAGE } from "../../../testkit/test-image.ts";
import { waitUntil } from "../../../testkit/wait-until.ts";
import { judgeRun, type NumberedRun } from "./numbered-run.ts";

export type RotationCase = {
  readonly driver: "json-file" | "local";
  readonly options: Readonly<Record<string, string>>;
  readonly isStalled: boolean;
  readonly lines: number;
};

/** Lines that are read before a stalled reader stops. */
const BEFORE_STALL = 2_000;
const STALL_MS = 4_000;
const LIMIT_MS = 120_000;

export class RotationWorld {
  readonly #socketPath: string;
  readonly #engine: DockerEngine;
  readonly #identity: EngineIdentity;

  private constructor(socketPath: string, engine: DockerEngine, identity: EngineIdentity) {
    this.#socketPath = socketPath;
    this.#engine = engine;
    this.#identity = identity;
  }

  static async open(socketPath: string): Promise<RotationWorld> {
    const engine = new DockerEngine({ kind: "unix", socketPath });
    return new RotationWorld(socketPath, engine, await engine.handshake());
  }

  close(): void {
    this.#engine.close();
  }

  /** Sources of the agent that can read this case's driver. */
  sourcesOf({ driver }: RotationCase): readonly ("file" | "api")[] {
    return driver === "json-file" ? ["file", "api"] : ["api"];
  }

  /** What the agent's log part numbers. Throws when a line that the engine had at the end never came. */
  async readByAgent(asked: RotationCase, source: "file" | "api"): Promise<NumberedRun> {
    const dockerId = await this.#create(asked);
    const container = await this.#engine.inspectContainer(dockerId);
    const bench = new AgentLogBench({ engine: this.#engine, container, sources: this.#sources(source), rate: null });
    const leave = new AbortController();
    try {
      const events = await this.#engine.openEvents(this.#identity.answeredAtNs, { signal: leave.signal });
      const following = (async () => {
        for await (const event of events) {
          if (event.dockerId !== dockerId) continue;
          const details = await this.#engine.inspectContainer(dockerId);
          if (isWriting(details)) bench.containerStarted();
          else bench.containerStopped();
        }
      })().catch(() => {});
      const last = `line ${asked.lines} `;
      const hasAll = (): boolean => bench.lastText?.startsWith(last) === true;
      bench.startAgent();
      await this.#start(dockerId);
      if (asked.isStalled) {
        // Where a log rotates fast, so many may never come.
        await waitUntil("lines to stall behind", () => bench.count >= BEFORE_STALL || hasAll());
        await waitUntil("a cursor", () => bench.committedLines > 0);
        bench.cutConnection();
        await delay(STALL_MS);
        bench.connect();
      }
      await waitUntil("the last line", hasAll, { timeoutMs: LIMIT_MS, everyMs: 20 });
      bench.check();
      const texts = bench.texts;
      const delivered = new Set(texts);
      const forgotten = (await this.#stored(dockerId)).filter((text) => !delivered.has(text));
      if (forgotten.length > 0) throw new Error(`The engine still has ${forgotten.length} lines that never came.`);
      leave.abort();
      await following;
      return judgeRun(texts, asked.lines);
    } finally {
      leave.abort();
      bench.killAgent();
      await this.#remove(dockerId);
    }
  }

  /** What the engine's follow stream gives to a reader that believes it. */
  async readByFollow(asked: RotationCase): Promise<NumberedRun> {
    const dockerId = await this.#create(asked);
    const texts: string[] = [];
    try {
      await this.#start(dockerId);
      const path = `/containers/${dockerId}/logs?follow=1&stdout=1&stderr=1`;
      const socket = connect(this.#socketPath);
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const parser = new Demultiplexer({
        message: (_stream, bytes, start, end) => texts.push(bytes.toString("utf8", start, end).trimEnd()),
        daemonError: () => {},
      });
      let head: Buffer | null = Buffer.alloc(0);
      let hasStalled = !asked.isStalled;
      socket.on("data", (chunk) => {
        if (head !== null) {
          head = Buffer.concat([head, chunk]);
          const end = head.indexOf("\r\n\r\n");
          if (end === -1) return;
          parser.feed(head.subarray(end + 4));
          head = null;
        } else parser.feed(chunk);
        if (hasStalled || texts.length < BEFORE_STALL) return;
        hasStalled = true;
        socket.pause();
        setTimeout(() => socket.resume(), STALL_MS);
      });
      socket.on("close", () => resolve()).on("error", () => resolve());
      socket.write(`GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`);
      await ended;
      return judgeRun(texts, asked.lines);
    } finally {
      await this.#remove(dockerId);
    }
  }

  #sources(source: "file" | "api"): LogSources {
    if (source === "api") return onlySource(new ApiSource(this.#engine));
    return onlySource(
      new FileSource({
        place: () => ({
          endpoint: { kind: "unix", socketPath: this.#socketPath },
          identity: this.#identity,
        }),
        inspect: ({ dockerId }) => runStateOf(() => this.#engine.inspectContainer(dockerId)),
      }),
    );
  }

  async #create({ driver, options, lines }: RotationCase): Promise<DockerId> {
    // The first line is there before the rush, so that every reader has begun.
    const print = `echo "line 1 of a log that rotates"; sleep 1; i=1; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i of a log that rotates"; done`;
    const body = {
      Image: TEST_IMAGE,
      Cmd: ["sh", "-c", print],
      HostConfig: { NetworkMode: "none", LogConfig: { Type: driver, Config: options } },
    };
    const path = `/containers/create?name=rotation-${randomUUID().slice(0, 8)}`;
    const answer = await engineCall(this.#socketPath, "POST", path, body);
    return asId<DockerId>((JSON.parse(answer.toString()) as { readonly Id: string }).Id);
  }

  async #start(dockerId: DockerId): Promise<void> {
    await engineCall(this.#socketPath, "POST", `/containers/${dockerId}/start`);
  }

  async #remove(dockerId: DockerId): Promise<void> {
    await engineRequest(this.#socketPath, "DELETE", `/containers/${dockerId}?force=1&v=1`);
  }

  /** What a fresh reading of the engine's log still gives. */
  async #stored(dockerId: DockerId): Promise<readonly string[]> {
    const body = await engineCall(this.#socketPath, "GET", `/containers/${dockerId}/logs?stdout=1&stderr=1`);
    return splitFrames(body).frames.map(({ payload }) => payload.toString().trimEnd());
  }
}

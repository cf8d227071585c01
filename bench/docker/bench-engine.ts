/** A private Docker engine, and containers that write numbered lines into their logs. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { type DockerEngine, startDockerEngine } from "../../testkit/docker-engine.ts";
import { engineCall, engineRequest } from "../../testkit/engine-request.ts";
import { TEST_IMAGE } from "../../testkit/test-image.ts";
import { waitUntil } from "../../testkit/wait-until.ts";
import { childrenOf } from "../process/process-usage.ts";
import { LINE_BYTES } from "./numbered-line.ts";

const STARTS_AT_ONCE = 4;
const TALKER = `trap 'talks=1' USR1; while sleep 1; do [ -n "$talks" ] && echo "INFO still here, all is well"; done`;
const WRITER = path.join(import.meta.dirname, "log-writer.ts");

export interface WriterSpec {
  readonly name: string;
  readonly lines: number;
  /** Lines per second; 0 means as fast as possible. */
  readonly rate: number;
  /** False: the agent leaves it alone, so that a reference measures nothing of ours. */
  readonly isFollowed: boolean;
}

/** A container whose writer has said `ready` and waits. */
export interface LogWriter {
  readonly dockerId: string;
  readonly name: string;
  /** Its log, as the engine keeps it. */
  readonly logPath: string;
  /** Lets it write. */
  go(): Promise<void>;
  /** Resolves when it has written everything. */
  ended(): Promise<void>;
  remove(): Promise<void>;
}

export interface BenchEngine extends AsyncDisposable {
  readonly socketPath: string;
  readonly dockerHost: string;
  /** dockerd and its containerd; the shims and what runs in the containers do not count. */
  readonly enginePids: readonly number[];
  startWriter(spec: WriterSpec): Promise<LogWriter>;
  /** Containers that are silent until they are let talk: then they write a line a second. */
  startTalkers(count: number): Promise<readonly string[]>;
  talk(dockerIds: readonly string[]): Promise<void>;
  remove(dockerIds: readonly string[]): Promise<void>;
}

/** Node and the libraries that it is linked with, as read-only binds: no image of 130 MB has to be built. */
const bindNode = async (): Promise<readonly string[]> => {
  const { stdout } = await promisify(execFile)("ldd", [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? "");
  return [`${process.execPath}:/bin/node:ro`, ...libraries.map((library) => `${library}:${library}:ro`)];
};

export const startBenchEngine = async (): Promise<BenchEngine> => {
  const engine: DockerEngine = await startDockerEngine();
  const { socketPath } = engine;
  const call = (method: "GET" | "POST" | "DELETE", where: string, body?: unknown) =>
    engineCall(socketPath, method, where, body);
  const binds = await bindNode();

  const create = async (name: string, body: object): Promise<string> => {
    const answer = await call("POST", `/containers/create?name=${name}`, { Image: TEST_IMAGE, ...body });
    const { Id } = JSON.parse(answer.toString()) as { Id: string };
    await call("POST", `/containers/${Id}/start`);
    return Id;
  };

  const remove = async (dockerIds: readonly string[]): Promise<void> => {
    for (const id of dockerIds) await engineRequest(socketPath, "DELETE", `/containers/${id}?force=1&v=1`);
  };

  const startWriter = async ({ name, lines, rate, isFollowed }: WriterSpec): Promise<LogWriter> => {
    const dockerId = await create(name, {
      Cmd: ["/bin/node", "--disable-warning=ExperimentalWarning", "/log-writer.ts"],
      Env: [`LINES=${lines}`, `RATE=${rate}`, `LINE_BYTES=${LINE_BYTES}`],
      Labels: isFollowed ? {} : { "yardarm.logs": "off" },
      HostConfig: {
        NetworkMode: "none",
        Binds: [...binds, `${WRITER}:/log-writer.ts:ro`],
        LogConfig: { Type: "json-file", Config: {} },
      },
    });
    await waitUntil(`the writer ${name} to be ready`, async () => {
      const log = await call("GET", `/containers/${dockerId}/logs?stdout=1&stderr=1`);
      return log.includes("ready\n");
    });
    const inspected = JSON.parse((await call("GET", `/containers/${dockerId}/json`)).toString()) as {
      readonly LogPath: string;
    };
    return {
      dockerId,
      name,
      logPath: inspected.LogPath,
      go: async () => {
        await call("POST", `/containers/${dockerId}/kill?signal=SIGUSR2`);
      },
      ended: async () => {
        await call("POST", `/containers/${dockerId}/wait`);
      },
      remove: () => remove([dockerId]),
    };
  };

  let talkers = 0;
  const startTalkers = async (count: number): Promise<readonly string[]> => {
    const ids: string[] = [];
    const startOne = async (): Promise<void> => {
      talkers += 1;
      const name = `talker-${talkers}`;
      const Cmd = ["sh", "-c", TALKER];
      ids.push(await create(name, { Cmd, HostConfig: { NetworkMode: "none" } }));
    };
    while (ids.length < count) {
      await Promise.all(Array.from({ length: Math.min(STARTS_AT_ONCE, count - ids.length) }, startOne));
    }
    return ids;
  };

  const talk = async (dockerIds: readonly string[]): Promise<void> => {
    for (const id of dockerIds) await call("POST", `/containers/${id}/kill?signal=SIGUSR1`);
  };

  const names = await Promise.all(
    (await childrenOf(engine.pid)).map(async (pid) => ({ pid, name: await readFile(`/proc/${pid}/comm`, "utf8") })),
  );
  const containerd = names.filter(({ name }) => name.trim() === "containerd").map(({ pid }) => pid);
  return {
    ...{ socketPath, startWriter, startTalkers, talk, remove },
    dockerHost: engine.dockerHost,
    enginePids: [engine.pid, ...containerd],
    [Symbol.asyncDispose]: () => engine.stop(),
  };
};

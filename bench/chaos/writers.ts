/** Containers that print numbered lines until they are killed, each in its own way. */
import { watch } from "node:fs";
import path from "node:path";
import type { DockerEngine } from "../../testkit/docker-engine.ts";
import { engineLayout } from "../../testkit/docker-take-down.ts";
import { engineCall, engineRequest } from "../../testkit/engine-request.ts";
import { TEST_IMAGE } from "../../testkit/test-image.ts";
import type { Signal } from "./fault-plan.ts";

interface WriterKind {
  readonly name: string;
  readonly tty: boolean;
  readonly logOptions: Readonly<Record<string, string>>;
  /** Lines at a time, and the pause after them, seconds. */
  readonly burst: number;
  readonly pauseSeconds: number;
  /** One line of 20 to 60 KB after so many; 0: never. */
  readonly longEvery: number;
}

const KINDS: readonly WriterKind[] = [
  { name: "steady", tty: false, logOptions: {}, burst: 5, pauseSeconds: 0.05, longEvery: 0 },
  { name: "bursts", tty: false, logOptions: {}, burst: 1_500, pauseSeconds: 3, longEvery: 0 },
  { name: "long-lines", tty: false, logOptions: {}, burst: 4, pauseSeconds: 0.1, longEvery: 9 },
  { name: "terminal", tty: true, logOptions: {}, burst: 6, pauseSeconds: 0.1, longEvery: 0 },
  {
    name: "rotating",
    tty: false,
    logOptions: { "max-size": "200k", "max-file": "4" },
    burst: 40,
    pauseSeconds: 0.1,
    longEvery: 500,
  },
  {
    // Often enough to be rotated while the engine dies.
    name: "rotating-fast",
    tty: false,
    logOptions: { "max-size": "40k", "max-file": "5" },
    burst: 60,
    pauseSeconds: 0.15,
    longEvery: 0,
  },
];

/** Every third line goes to stderr; the padding of long lines is what `printf` makes of a width. */
const scriptOf = ({ burst, pauseSeconds, longEvery }: WriterKind): string => `
n=0
while :; do
  k=0
  while [ $k -lt ${burst} ]; do
    n=$((n + 1)); k=$((k + 1))
    if [ $((n % 3)) -eq 0 ]; then echo "$n WARN said on standard error" >&2; else echo "$n INFO said on standard output"; fi
    ${longEvery === 0 ? ":" : `[ $((n % ${longEvery})) -eq 0 ] && printf '%d ERROR %0*d\\n' $n $((20000 + n * 977 % 40000)) 7`}
  done
  sleep ${pauseSeconds}
done`;

export interface Writer {
  readonly kind: WriterKind;
  readonly name: string;
  readonly dockerId: string;
  /** The engine's own file. */
  readonly logFile: string;
}

export const WRITER_COUNT = KINDS.length;

/** Makes them, and does not start them: whoever wants to see everything begins to look before. */
export const createWriters = (engine: DockerEngine): Promise<readonly Writer[]> =>
  Promise.all(KINDS.map((kind) => createWriter(engine, kind)));

/** Removes a writer that is down, and makes another one of the same name, which is not started either. */
export const recreateWriter = async (engine: DockerEngine, { dockerId, kind }: Writer): Promise<Writer> => {
  await engineCall(engine.socketPath, "DELETE", `/containers/${dockerId}`);
  return createWriter(engine, kind);
};

const createWriter = async ({ socketPath, directory }: DockerEngine, kind: WriterKind): Promise<Writer> => {
  const answer = await engineCall(socketPath, "POST", `/containers/create?name=${kind.name}`, {
    Image: TEST_IMAGE,
    Cmd: ["sh", "-c", scriptOf(kind)],
    Tty: kind.tty,
    StopSignal: "SIGKILL",
    HostConfig: { NetworkMode: "none", LogConfig: { Type: "json-file", Config: kind.logOptions } },
  });
  const { Id: dockerId } = JSON.parse(answer.toString()) as { readonly Id: string };
  const logFile = path.join(engineLayout(directory).data, "containers", dockerId, `${dockerId}-json.log`);
  return { kind, name: kind.name, dockerId, logFile };
};

/** Starts those that are down, whatever took them down. */
export const startWriters = async (socketPath: string, writers: readonly Writer[]): Promise<void> => {
  for (const { dockerId } of writers) await engineRequest(socketPath, "POST", `/containers/${dockerId}/start`);
};

/** By a signal that nobody can ignore, or as `docker stop` does, which ends the same way a second later. */
export const killWriter = async (socketPath: string, { dockerId }: Writer, signal: Signal): Promise<void> => {
  const call = signal === "SIGKILL" ? "kill" : "stop?t=1";
  await engineRequest(socketPath, "POST", `/containers/${dockerId}/${call}`);
  await engineRequest(socketPath, "POST", `/containers/${dockerId}/wait`);
};

/** Resolves when the engine rotates a writer's log the next time, or after `patienceMs`. */
export const nextRotation = (writers: readonly Writer[], patienceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const watchers = writers.map(({ logFile }) =>
      watch(path.dirname(logFile), (event, name) => {
        if (event === "rename" && name?.startsWith(path.basename(logFile))) done();
      }),
    );
    const done = (): void => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      resolve();
    };
    const timer = setTimeout(done, patienceMs);
  });

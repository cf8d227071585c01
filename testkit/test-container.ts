import { engineCall, engineRequest } from "./engine-request.ts";
import { openEngineStream, splitFrames } from "./engine-stream.ts";
import { TEST_IMAGE } from "./test-image.ts";

export interface TestContainerOptions {
  readonly name: string;
  /** What `/bin/sh` runs; TERM ends it. */
  readonly script: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** For how long the engine waits for it to end by itself when it is stopped; the engine's own 10 s otherwise. */
  readonly stopGraceSeconds?: number;
  /** TERM does not end it: only KILL does. */
  readonly ignoresTerm?: boolean;
  /** How the engine keeps its log; the engine's own way otherwise. */
  readonly logDriver?: "json-file" | "none";
}

/** A container of the test image. */
export interface TestContainer extends AsyncDisposable {
  readonly dockerId: string;
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** When the engine did this the last time, in ms since the epoch, by its own event. */
  readonly lastEventMs: (action: "start" | "die") => Promise<number>;
  /** The last line of its log as the engine keeps it. */
  readonly lastLine: () => Promise<string>;
  /** Resolves when the engine's log has this line. */
  readonly untilItPrinted: (line: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

const DEFAULT_SOCKET = "/var/run/docker.sock";

/** The socket behind a `unix://` address, by default that of `DOCKER_HOST`. */
export const socketOf = (dockerHost: string | undefined): string =>
  dockerHost === undefined ? DEFAULT_SOCKET : dockerHost.replace(/^unix:\/\//, "");

/** Creates a container and does not start it. */
export const createTestContainer = async (
  socketPath: string,
  { name, script, labels = {}, stopGraceSeconds, ignoresTerm = false, logDriver }: TestContainerOptions,
): Promise<TestContainer> => {
  const created = await engineCall(socketPath, "POST", `/containers/create?name=${encodeURIComponent(name)}`, {
    Image: TEST_IMAGE,
    // A shell that waits for its child would leave TERM until the child has ended.
    Cmd: ["/bin/sh", "-c", ignoresTerm ? `trap '' TERM; ${script}` : `trap 'exit 0' TERM; { ${script}; } & wait`],
    Labels: labels,
    ...(stopGraceSeconds === undefined ? {} : { StopTimeout: stopGraceSeconds }),
    HostConfig: { NetworkMode: "none", ...(logDriver === undefined ? {} : { LogConfig: { Type: logDriver } }) },
  });
  const { Id: dockerId } = JSON.parse(created.toString()) as { readonly Id: string };
  const remove = async (): Promise<void> => {
    await engineRequest(socketPath, "DELETE", `/containers/${dockerId}?force=1&v=1`);
  };
  const logsPath = (query: string): string => `/containers/${dockerId}/logs?stdout=1&stderr=1&${query}`;
  return {
    dockerId,
    name,
    start: async () => {
      await engineCall(socketPath, "POST", `/containers/${dockerId}/start`);
    },
    stop: async () => {
      await engineCall(socketPath, "POST", `/containers/${dockerId}/stop`);
    },
    lastEventMs: async (action) => {
      const filters = encodeURIComponent(JSON.stringify({ container: [dockerId], event: [action] }));
      const until = Date.now() / 1000;
      const body = await engineCall(socketPath, "GET", `/events?since=0&until=${until}&filters=${filters}`);
      const last = body.toString().trim().split("\n").at(-1) ?? "";
      if (last === "") throw new Error(`The engine knows of no ${action} of ${name}.`);
      return (JSON.parse(last) as { readonly timeNano: number }).timeNano / 1e6;
    },
    lastLine: async () => {
      const { frames } = splitFrames(await engineCall(socketPath, "GET", logsPath("tail=1")));
      return frames.map(({ payload }) => payload.toString().trimEnd()).join("");
    },
    untilItPrinted: async (line) => {
      const stream = await openEngineStream(socketPath, logsPath("follow=1"));
      await stream.until(`${name} to print «${line}»`, (body) => body.includes(`${line}\n`));
      stream.close();
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
};

/** Creates and starts a container. */
export const runTestContainer = async (socketPath: string, options: TestContainerOptions): Promise<TestContainer> => {
  const container = await createTestContainer(socketPath, options);
  await container.start();
  return container;
};

import { readConfig } from "@yardarm/agent/config";
import { createLogger } from "@yardarm/agent/logger";
import { type RunningAgent, runAgent } from "@yardarm/agent/main";
import { parseConfig } from "@yardarm/hub/config";
import { type RunningHub, runHub } from "@yardarm/hub/main";
import { SimulatedEngine } from "@yardarm/simulator/simulated-engine";
import { freePort } from "@yardarm/testkit/free-port";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { describe, expect, test } from "vitest";

const OWNER = { email: "owner@example.com", password: "correct horse battery" };
const NUMBER = /^line (\d+)$/;

type Database = { readonly env: Readonly<Record<string, string>>; readonly drop: () => Promise<void> };

const startHub = (directory: string, port: number, env: Readonly<Record<string, string>>): Promise<RunningHub> => {
  const result = parseConfig(
    {
      ...env,
      YARDARM_DATA: directory,
      YARDARM_PORT: String(port),
      YARDARM_LOG_LEVEL: "silent",
      YARDARM_ADMIN_EMAIL: OWNER.email,
      YARDARM_ADMIN_PASSWORD: OWNER.password,
    },
    [],
  );
  if (!result.ok) throw new Error(result.problems.join(" "));
  return runHub(result.config);
};

type Answer = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly ticket?: string; readonly items?: readonly Item[] };
};
type Item = { readonly containerId: string; readonly state: string };

const signIn = async (hub: RunningHub): Promise<(path: string, body?: unknown) => Promise<Answer>> => {
  const json = { "content-type": "application/json" };
  const answer = await fetch(`${hub.url}/api/auth/sign-in`, {
    method: "POST",
    headers: json,
    body: JSON.stringify(OWNER),
  });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  return async (path, body) => {
    const response = await fetch(`${hub.url}${path}`, {
      headers: { ...json, cookie },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  };
};

type Call = Awaited<ReturnType<typeof signIn>>;

/** Reads the log over a single-use ticket until the line with `last`, and gives the numbers in the order of arrival. */
const readNumbers = async (hub: RunningHub, call: Call, containerId: string, last: number): Promise<number[]> => {
  const { ticket } = (await call("/api/ws-ticket", {})).body;
  const socket = new WebSocket(`${hub.url.replace("http", "ws")}/ws/client?ticket=${ticket}`);
  const numbers: number[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.onerror = () => reject(new Error("The socket broke."));
    socket.onopen = () =>
      socket.send(JSON.stringify({ type: "log.subscribe", containerId, sinceSeq: 0, encoding: "json" }));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data));
      for (const line of message.type === "logs" ? message.lines : []) {
        numbers.push(Number(NUMBER.exec(line.message)?.[1]));
        if (numbers.at(-1) === last) resolve();
      }
    };
  });
  socket.close();
  return numbers;
};

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/** A whole hub with a whole agent on a simulated engine: what every database has to carry. */
export const productContract = (name: string, openDatabase: () => Promise<Database>): void => {
  describe(`the product on ${name}`, () => {
    test("enrolls an agent, shows its container, carries its log and an action, and knows it all after a restart", async () => {
      const directory = await makeTempDir("whole-hub");
      const database = await openDatabase();
      const port = await freePort();
      const engine = new SimulatedEngine({ name: "sim", seed: 7, address: { socketPath: `${directory.path}/e.sock` } });
      await engine.listen();
      let hub = await startHub(`${directory.path}/data`, port, database.env);
      let agent: RunningAgent | null = null;
      try {
        const { hostId, joinToken } = await hub.createLocalHost(await hub.claimed, "sim");
        const container = engine.run({ name: "web", image: "example/web:1" });
        for (const n of upTo(50)) container.write("stdout", `line ${n}`);
        const config = readConfig({
          AGENT_API_URL: hub.url,
          AGENT_TOKEN: joinToken,
          AGENT_STATE_DIR: `${directory.path}/agent`,
          DOCKER_HOST: engine.dockerHost,
        });
        agent = runAgent({ config, logger: createLogger("error", () => {}) });

        let call = await signIn(hub);
        const list = async (query: string) => (await call(`/api/containers?${query}`)).body.items ?? [];
        const { containerId } = await waitUntil("the container", async () => (await list(`host=${hostId}&q=web`))[0]);
        await readNumbers(hub, call, containerId, 50);
        for (const n of upTo(100).slice(50)) container.write("stdout", `line ${n}`);
        expect(await readNumbers(hub, call, containerId, 100)).toEqual(upTo(100));

        const action = await call(`/api/containers/${containerId}/actions`, { action: "STOP", reason: "a test" });
        expect(action).toMatchObject({
          status: 200,
          body: { status: "SUCCESS", action: { verb: "STOP", state: "succeeded" } },
        });
        await waitUntil("the container's end", async () => (await list("state=exited&q=web"))[0]);

        await hub.stop();
        hub = await startHub(`${directory.path}/data`, port, database.env);
        call = await signIn(hub);
        expect((await list("q=web"))[0]).toMatchObject({ containerId, state: "exited" });
        expect(await readNumbers(hub, call, containerId, 100)).toEqual(upTo(100));
      } finally {
        await agent?.stop();
        await hub.stop();
        await engine.close();
        await database.drop();
        await directory.remove();
      }
    });
  });
};

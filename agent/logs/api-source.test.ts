import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SimulatedEngine } from "../../simulator/simulated-engine.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { DockerEngine } from "../docker/docker-engine.ts";
import { ApiSource } from "./api-source.ts";
import { logSourceContract } from "./log-source.contract.ts";
import type { LogEnd } from "./log-source.ts";

let temp: TempDir;
let simulated: SimulatedEngine;
let engine: DockerEngine;
let containers = 0;
const LINE_FEED = Buffer.from("\n");

beforeAll(async () => {
  temp = await makeTempDir("source");
  const socketPath = `${temp.path}/engine.sock`;
  simulated = new SimulatedEngine({ name: "host-1", seed: 1, address: { socketPath } });
  await simulated.listen();
  engine = new DockerEngine({ kind: "unix", socketPath });
});

afterAll(async () => {
  engine.close();
  await simulated.close();
  await temp.remove();
});

logSourceContract("the engine's API, simulated", {
  open: () => new ApiSource(engine),
  run: async ({ tty }) => {
    const container = simulated.run({ name: `web-${++containers}`, tty });
    return {
      container: await engine.inspectContainer(container.id),
      write: async (stream, line) =>
        container.writeRaw(stream === 0 ? "stdout" : "stderr", Buffer.concat([Buffer.from(line as string), LINE_FEED])),
      stop: async () => container.die(0),
      [Symbol.asyncDispose]: async () => container.remove({ force: true }),
    };
  },
});

describe("what the engine's API can do wrong", () => {
  /** Reads what is stored, with faults armed before. */
  const end = async (spec: { readonly driver?: "none" } = {}, arm: (name: string) => void = () => {}) => {
    const name = `faulty-${++containers}`;
    const container = simulated.run({ name, logs: spec });
    container.write("stdout", "one\ntwo\nthree\n");
    const details = await engine.inspectContainer(container.id);
    arm(name);
    const texts: string[] = [];
    const ended = await new Promise<LogEnd>((resolve) => {
      const reader = {
        message: (...[, , , payload, start, stop]: [unknown, unknown, unknown, Uint8Array, number, number]) => {
          texts.push(Buffer.from(payload.subarray(start, stop)).toString());
        },
        missing: () => {},
        readEnd: () => {},
        ended: resolve,
      };
      new ApiSource(engine).open({ container: details, from: { kind: "beginning" }, extent: "stored" }, reader);
    });
    return { ended, texts };
  };

  test("[LOGS-14] a driver that cannot be read is named in the engine's words", async () => {
    const reason = expect.stringContaining("does not support reading");
    expect((await end({ driver: "none" })).ended).toEqual({ kind: "unreadable", reason });
  });

  test("the daemon's own error on stream 3 ends the reading behind what came before it", async () => {
    const { ended, texts } = await end({}, (container) => {
      simulated.faults.arm({ kind: "daemon-error", afterMessages: 2, message: "bad entry", container, times: 1 });
    });
    expect(ended).toEqual({ kind: "faulty", reason: expect.stringContaining("bad entry") });
    expect(texts).toEqual(["one\n", "two\n"]);
  });

  test("garbage in the stream is never taken for text", async () => {
    const { ended, texts } = await end({}, (container) => {
      simulated.faults.arm({ kind: "corrupt-log", afterBytes: 43, container, times: 1 });
    });
    expect(ended.kind).toBe("faulty");
    expect(texts).toEqual(["one\n"]);
  });

  test("an engine that answers nothing sensible is a broken reading, to be tried again", async () => {
    const { ended } = await end({}, (container) =>
      simulated.faults.arm({ kind: "drop", routes: ["logs"], container, times: 1 }),
    );
    expect(ended.kind).toBe("broken");
  });
});

import { createConnection } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EngineStream, openEngineStream, shownFrames, splitFrames } from "../../testkit/engine-stream.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import type { ContainerSpec } from "../container/container-spec.ts";
import type { SimulatedContainer } from "../container/simulated-container.ts";
import { DOCKER_20_10, DOCKER_24_0, type EngineProfile } from "../engine-profile.ts";
import { SimulatedEngine } from "../simulated-engine.ts";

let directory: TempDir;
let socketPath: string;
const engines: SimulatedEngine[] = [];
const START_NS = 1_780_000_000_000_000_000n;

beforeEach(async () => {
  directory = await makeTempDir("sim");
  socketPath = `${directory.path}/engine.sock`;
});

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  await directory.remove();
});

const runOne = async (
  spec: Partial<ContainerSpec> = {},
  profile: EngineProfile = DOCKER_24_0,
): Promise<SimulatedContainer> => {
  const engine = new SimulatedEngine({
    name: "host-1",
    seed: 1,
    address: { socketPath },
    clock: new ManualClock(START_NS),
    profile,
  });
  engines.push(engine);
  await engine.listen();
  return engine.run({ name: "web", ...spec });
};

const logs = (query: string): Promise<EngineStream> =>
  openEngineStream(socketPath, `/v1.41/containers/web/logs?${query}`);
const stored = async (query: string): Promise<Buffer> => {
  const stream = await logs(query);
  expect(await stream.ended).toBe(true);
  return stream.received();
};
const BOTH = "stdout=1&stderr=1";

describe("framing", () => {
  test("8-byte headers: stream number, three zeros, big-endian length of stamp and payload", async () => {
    const container = await runOne();
    container.write("stdout", "out");
    container.write("stderr", "errör");
    expect(await stored(BOTH)).toEqual(
      Buffer.concat([
        Buffer.from([1, 0, 0, 0, 0, 0, 0, 4]),
        Buffer.from("out\n"),
        Buffer.from([2, 0, 0, 0, 0, 0, 0, 7]),
        Buffer.from("errör\n"),
      ]),
    );
    const stamped = await stored(`${BOTH}&timestamps=1`);
    expect(stamped.readUInt32BE(4)).toBe(31 + 4);
    expect(shownFrames(stamped)).toEqual([
      "1:2026-05-28T20:26:40.000000000Z out$",
      "2:2026-05-28T20:26:40.000000001Z errör$",
    ]);
  });

  test("one stream of the two", async () => {
    const container = await runOne();
    container.write("stdout", "a");
    container.write("stderr", "b");
    expect(shownFrames(await stored("stderr=1"))).toEqual(["2:b$"]);
    const refused = await logs("follow=1");
    await refused.ended;
    expect([refused.status, refused.received().toString()]).toEqual([
      400,
      '{"message":"Bad parameters: you must choose at least one stream"}\n',
    ]);
  });

  test("with a TTY there is no framing, everything is stdout, lines end with CR LF", async () => {
    const container = await runOne({ tty: true });
    container.write("stderr", "a\nb");
    expect((await stored("stdout=1&timestamps=1")).toString()).toBe(
      "2026-05-28T20:26:40.000000000Z a\r\n2026-05-28T20:26:40.000000001Z b\r\n",
    );
  });

  test.each([
    [DOCKER_24_0, "/v1.43", false, "application/vnd.docker.multiplexed-stream"],
    [DOCKER_24_0, "", false, "application/vnd.docker.multiplexed-stream"],
    [DOCKER_24_0, "/v1.41", false, "application/vnd.docker.raw-stream"],
    [DOCKER_24_0, "/v1.43", true, "application/vnd.docker.raw-stream"],
    [DOCKER_20_10, "/v1.41", false, undefined],
  ])("the content type: engine %j, client %s, tty %s", async (profile, version, tty, expected) => {
    await runOne({ tty }, profile);
    const answer = await openEngineStream(socketPath, `${version}/containers/web/logs?${BOTH}`);
    expect(answer.headers["content-type"]).toBe(expected);
    expect(answer.headers["transfer-encoding"]).toBe("chunked");
  });

  test("a request by HTTP/1.0 is answered without chunks and ends with the connection", async () => {
    const container = await runOne();
    container.write("stdout", "plain");
    const socket = createConnection(socketPath);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.write(`GET /v1.41/containers/web/logs?${BOTH}&follow=1 HTTP/1.0\r\n\r\n`);
    await new Promise<void>((resolve) => socket.once("data", () => resolve()));
    container.write("stdout", "live");
    container.die(0);
    await new Promise((resolve) => socket.once("close", resolve));
    const [head = "", ...body] = Buffer.concat(chunks).toString("latin1").split("\r\n\r\n");
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(shownFrames(Buffer.from(body.join("\r\n\r\n"), "latin1"))).toEqual(["1:plain$", "1:live$"]);
  });
});

describe("long and broken lines", () => {
  test("a 40,000-byte line comes in three fragments that repeat one stamp, also when stderr comes between", async () => {
    const container = await runOne();
    const line = Buffer.alloc(40_000, "x");
    container.writeRaw("stdout", line.subarray(0, 20_000), 5n);
    container.write("stderr", "between", 6n);
    container.writeRaw("stdout", Buffer.concat([line.subarray(20_000), Buffer.from("\n")]), 7n);
    const { frames } = splitFrames(await stored(`${BOTH}&timestamps=1`));
    const shown = frames.map(({ stream, payload }) => [
      stream,
      payload.subarray(20, 29).toString(),
      payload.length - 31,
      payload.at(-1) === 0x0a,
    ]);
    expect(shown).toEqual([
      [1, "000000005", 16_384, false],
      [2, "000000006", 8, true],
      [1, "000000005", 16_384, false],
      [1, "000000005", 40_001 - 2 * 16_384, true],
    ]);
  });

  test("in TTY mode the stamp returns after exactly 16,384 bytes", async () => {
    const container = await runOne({ tty: true });
    container.write("stdout", "y".repeat(40_000));
    const body = (await stored("stdout=1&timestamps=1")).toString();
    const stamp = "2026-05-28T20:26:40.000000000Z ";
    expect([0, 16_415, 32_830].map((at) => body.slice(at, at + 31))).toEqual([stamp, stamp, stamp]);
    expect(body.length).toBe(3 * 31 + 40_002);
  });

  test("a line of exactly 16,384 bytes is followed by an empty last fragment", async () => {
    const container = await runOne();
    container.write("stdout", "z".repeat(16_384));
    expect(splitFrames(await stored(BOTH)).frames.map(({ payload }) => payload.length)).toEqual([16_384, 1]);
  });

  test("a last line without newline comes out at the end; empty lines are kept", async () => {
    const container = await runOne();
    container.writeRaw("stdout", Buffer.from("a\n\nunfinished"));
    expect(shownFrames(await stored(BOTH))).toEqual(["1:a$", "1:$"]);
    container.die(1);
    expect(shownFrames(await stored(BOTH))).toEqual(["1:a$", "1:$", "1:unfinished"]);
  });

  test("invalid UTF-8 is replaced byte by byte, but kept by the local driver", async () => {
    const bytes = Buffer.from([0x61, 0xe2, 0x82, 0x62, 0xff, 0x0a]);
    (await runOne()).writeRaw("stdout", bytes);
    expect(shownFrames(await stored(BOTH))).toEqual(["1:a\u{fffd}\u{fffd}b\u{fffd}$"]);
    const local = engines[0]?.run({ name: "keeps", logs: { driver: "local" } });
    local?.writeRaw("stdout", bytes);
    const stream = await openEngineStream(socketPath, `/containers/keeps/logs?${BOTH}`);
    await stream.ended;
    expect(splitFrames(stream.received()).frames[0]?.payload).toEqual(bytes);
  });
});

describe("which lines", () => {
  const ten = async (profile?: EngineProfile): Promise<SimulatedContainer> => {
    const container = await runOne({}, profile);
    for (let index = 0; index < 10; index++) {
      container.write(
        index % 2 === 0 ? "stdout" : "stderr",
        `line ${index}`,
        START_NS + BigInt(index) * 1_000_000_000n,
      );
    }
    return container;
  };

  test.each([
    ["tail=3", [7, 8, 9]],
    ["tail=0", []],
    ["tail=all", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["tail=100", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["since=1780000008", [8, 9]],
    ["since=1780000007.000000001", [8, 9]],
    ["until=1780000001.000000000", [0, 1]],
    ["since=1780000002&until=1780000003.5", [2, 3]],
    ["tail=3&since=1780000001", [7, 8, 9]],
  ])("%s", async (query, expected) => {
    await ten();
    const shown = shownFrames(await stored(`${BOTH}&${query}`));
    expect(shown).toEqual(expected.map((index) => `${index % 2 === 0 ? 1 : 2}:line ${index}$`));
  });

  test("tail counts messages of both streams, also when one is asked for", async () => {
    await ten();
    expect(shownFrames(await stored("stdout=1&tail=3"))).toEqual(["1:line 8$"]);
  });

  test.each([
    [DOCKER_20_10, ["1:b$"]],
    [DOCKER_24_0, ["1:b$", "1:older$"]],
  ])("an older stamp behind the first match: kept from 24.0 on", async (profile, expected) => {
    const container = await runOne({}, profile);
    container.write("stdout", "a", 1_000_000_000n);
    container.write("stdout", "b", 3_000_000_000n);
    container.write("stdout", "older", 2_000_000_000n);
    expect(shownFrames(await stored(`${BOTH}&since=3`))).toEqual(expected);
  });

  test("a history is made when read, and costs nothing to have", async () => {
    let made = 0;
    const line = (index: number) => {
      made++;
      return { text: `old ${index}` };
    };
    const history = { lines: 1_000_000, firstTsNs: 0n, intervalNs: 1_000_000_000n, line };
    const container = await runOne({ logs: { history } });
    container.write("stdout", "new");
    expect(shownFrames(await stored(`${BOTH}&tail=3`))).toEqual(["1:old 999998$", "1:old 999999$", "1:new$"]);
    expect(shownFrames(await stored(`${BOTH}&since=999998.5`))).toEqual(["1:old 999999$", "1:new$"]);
    expect(made).toBeLessThan(10);
  });

  test("driver none cannot be read", async () => {
    await runOne({ logs: { driver: "none" } });
    const refused = await logs(BOTH);
    await refused.ended;
    expect([refused.status, refused.received().toString()]).toEqual([
      501,
      '{"message":"configured logging driver does not support reading"}\n',
    ]);
  });
});

describe("following", () => {
  test("stored lines, then live ones, until the container stops; not again after a restart", async () => {
    const container = await runOne();
    container.write("stdout", "before");
    const stream = await logs(`${BOTH}&follow=1`);
    await stream.until("the stored line", (body) => shownFrames(body).length === 1);
    container.write("stdout", "live");
    await stream.until("the live line", (body) => shownFrames(body).length === 2);
    await container.restart();
    container.write("stdout", "second run");
    expect(await stream.ended).toBe(true);
    expect(shownFrames(stream.received())).toEqual(["1:before$", "1:live$"]);
  });

  test("on a stopped container it ends right after the stored lines", async () => {
    const container = await runOne();
    container.write("stdout", "last words");
    container.die(0);
    expect(shownFrames(await stored(`${BOTH}&follow=1`))).toEqual(["1:last words$"]);
  });

  test("a client that leaves is forgotten", async () => {
    const container = await runOne();
    const stream = await logs(`${BOTH}&follow=1`);
    expect(container.log.store.openReaders).toBe(1);
    stream.close();
    await expect.poll(() => container.log.store.openReaders).toBe(0);
  });

  test("100,000 lines written faster than they are read all arrive, in order", async () => {
    const container = await runOne({ logs: { maxBytes: 16 * 1024 * 1024 } });
    const stream = await logs(`${BOTH}&follow=1`);
    for (let index = 0; index < 100_000; index++) container.write("stdout", `line ${index}`);
    container.die(0);
    expect(await stream.ended).toBe(true);
    const { frames, rest } = splitFrames(stream.received());
    expect([frames.length, rest.length]).toEqual([100_000, 0]);
    expect(frames.every(({ payload }, index) => payload.toString() === `line ${index}\n`)).toBe(true);
  });
});

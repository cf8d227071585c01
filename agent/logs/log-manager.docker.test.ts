import { randomUUID } from "node:crypto";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { AgentLogBench, type AgentLogBenchOptions } from "../../testkit/agent-log-bench.ts";
import { engineCall, engineRequest } from "../../testkit/engine-request.ts";
import { TEST_IMAGE } from "../../testkit/test-image.ts";
import { waitUntil } from "../../testkit/wait-until.ts";
import type { ContainerDetails } from "../docker/container-details.ts";
import { DockerEngine } from "../docker/docker-engine.ts";
import { ApiSource } from "./api-source.ts";
import { runStateOf } from "./container-run.ts";
import { FileSource } from "./file/file-source.ts";
import type { LogContainer, LogSource, LogSourceChoice, LogSources } from "./log-source.ts";
import { onlySource } from "./log-sources.ts";

const socketPath = inject("dockerHost").replace("unix://", "");
const engine = new DockerEngine({ kind: "unix", socketPath });
const containers: string[] = [];

const create = async (command: string, options: { tty?: boolean; log?: object } = {}): Promise<ContainerDetails> => {
  const name = `logs-${randomUUID().slice(0, 8)}`;
  const { tty = false, log = {} } = options;
  const body = {
    Image: TEST_IMAGE,
    Cmd: ["sh", "-c", command],
    Tty: tty,
    StopSignal: "SIGKILL",
    HostConfig: { NetworkMode: "none", LogConfig: log },
  };
  const answer = await engineCall(socketPath, "POST", `/containers/create?name=${name}`, body);
  const dockerId = asId<DockerId>(JSON.parse(answer.toString()).Id);
  containers.push(dockerId);
  return engine.inspectContainer(dockerId);
};

const start = (dockerId: string) => engineCall(socketPath, "POST", `/containers/${dockerId}/start`);
const wait = (dockerId: string) => engineCall(socketPath, "POST", `/containers/${dockerId}/wait`);
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
/** Prints `line 1` to `line n`; a short rest after every hundredth. */
const counting = (count: number, restS = "0.01") =>
  `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i"; [ $((i%100)) -eq 0 ] && sleep ${restS}; done`;

afterEach(async () => {
  for (const id of containers.splice(0)) await engineRequest(socketPath, "DELETE", `/containers/${id}?force=1`);
});

const sourcesOf = async (): Promise<Record<"file" | "api", LogSource>> => {
  const identity = await engine.handshake();
  const inspect = ({ dockerId }: LogContainer) => runStateOf(() => engine.inspectContainer(dockerId));
  const place = { endpoint: { kind: "unix", socketPath }, identity } as const;
  return { file: new FileSource({ place: () => place, inspect }), api: new ApiSource(engine) };
};

describe.each(["file", "api"] as const)("logs of a real engine from the %s source, numbered exactly once", (kind) => {
  let bench: AgentLogBench;
  let sources: LogSources;
  beforeAll(async () => {
    sources = onlySource((await sourcesOf())[kind]);
  });
  afterEach(() => bench.killAgent());

  const startAgent = (container: ContainerDetails, options: Partial<AgentLogBenchOptions> = {}): void => {
    bench = new AgentLogBench({ engine, container, sources, ...options });
    bench.startAgent();
  };

  test("[LOGS-01] a new container is taken from its first line, both streams with their stamps", async () => {
    const details = await create("echo first; echo second >&2; sleep 0.05; printf last");
    await start(details.dockerId);
    await wait(details.dockerId);
    startAgent(details);
    await bench.waitForLines(3);
    const lines = bench.lines;
    expect(lines.map(({ text, stream }) => `${stream} ${text}`).toSorted()).toEqual(["0 first", "0 last", "1 second"]);
    expect(lines.every(({ tsNs }) => tsNs > details.createdAtNs)).toBe(true);
  });

  test("[LOGS-01] of a container older than the enrollment the last 200 lines are taken, the rest is said to be missing", async () => {
    const details = await create(`${counting(300, "0")}; sleep 0.2; echo after; sleep 30`);
    await start(details.dockerId);
    const enrolledAtNs = await waitUntil("the lines to be written", async () => {
      const log = await engineCall(socketPath, "GET", `/containers/${details.dockerId}/logs?stdout=1`);
      return log.includes("line 300\n") && BigInt(Date.now()) * 1_000_000n;
    });
    startAgent(details, { enrolledAtNs });
    await bench.waitForLines(202);
    expect(bench.texts).toEqual(["(before_enrollment)", ...numbers(101, 300), "after"]);
    expect(bench.lines[0]?.loss?.lines).toBe(100);
  });

  test("[LOGS-09] nothing is lost or doubled over cut connections and agents that die", async () => {
    const details = await create(counting(8_000));
    await start(details.dockerId);
    startAgent(details);
    for (let round = 0; round < 6; round++) {
      await bench.waitForLines((round + 1) * 1_000);
      if (round % 2 === 0) {
        bench.cutConnection();
        bench.connect();
      } else {
        bench.killAgent();
        bench.startAgent();
      }
    }
    await bench.waitForLines(8_000);
    expect(bench.texts).toEqual(numbers(1, 8_000));
  });

  test("[LOGS-09] a restarted container goes on, its last words included", async () => {
    const details = await create(`${counting(200)}; printf unfinished`);
    startAgent(details);
    const expected: string[] = [];
    for (let run = 1; run <= 3; run++) {
      await start(details.dockerId);
      bench.containerStarted();
      await wait(details.dockerId);
      bench.containerStopped();
      expected.push(...numbers(1, 200), "unfinished");
      await bench.waitForLines(expected.length);
    }
    expect(bench.texts).toEqual(expected);
  });

  test("long lines and a TTY come out whole", async () => {
    const details = await create('head -c 40000 /dev/zero | tr "\\0" x; echo; echo done', { tty: true });
    await start(details.dockerId);
    startAgent(details);
    await bench.waitForLines(2);
    expect(bench.texts).toEqual(["x".repeat(40_000), "done"]);
  });

  test("concurrent stdout and stderr survive a resume at any line", async () => {
    const half = (stream: string, word: string) =>
      `(i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo "${word} $i" ${stream}; done)`;
    const details = await create(`${half("", "out")} & ${half(">&2", "err")} & wait`);
    await start(details.dockerId);
    startAgent(details);
    for (let round = 1; round <= 4; round++) {
      await bench.waitForLines(round * 500);
      bench.killAgent();
      bench.startAgent();
    }
    await bench.waitForLines(3_000);
    const texts = bench.texts;
    const of = (word: string) => texts.filter((text) => text.startsWith(word));
    const counted = (word: string) => Array.from({ length: 1_500 }, (_, index) => `${word} ${index + 1}`);
    expect(of("out")).toEqual(counted("out"));
    expect(of("err")).toEqual(counted("err"));
  });

  test("a log that rotates is numbered once, although the engine's follow repeats lines", async () => {
    const log = { Type: "json-file", Config: { "max-size": "100k", "max-file": "5" } };
    const details = await create(counting(20_000, "0.02"), { log });
    await start(details.dockerId);
    startAgent(details);
    await bench.waitForLines(20_000);
    expect(bench.texts).toEqual(numbers(1, 20_000));
  });
});

describe("which source a log of a real engine is read from", () => {
  let bench: AgentLogBench;
  afterEach(() => bench.killAgent());

  test("[LOGS-09] a change of source in the middle, again and again, loses and doubles nothing", async () => {
    const { file, api } = await sourcesOf();
    const log = { Type: "json-file", Config: { "max-size": "1m", "max-file": "9" } };
    const details = await create(counting(9_000), { log });
    await start(details.dockerId);
    let current: LogSourceChoice = { source: file, reason: null };
    bench = new AgentLogBench({ engine, container: details, sources: { choose: () => current } });
    bench.startAgent();
    for (let round = 1; round <= 8; round++) {
      await bench.waitForLines(round * 1_000);
      current = round % 2 === 0 ? { source: file, reason: null } : { source: api, reason: "It may not be read." };
      if (round % 3 === 0) {
        bench.killAgent();
        bench.startAgent();
      } else bench.rewind();
    }
    await bench.waitForLines(9_000);
    expect(bench.texts).toEqual(numbers(1, 9_000));
    const kinds = new Set(bench.statuses.map((status) => (status.kind === "api" ? status.reason : status.kind)));
    expect(kinds).toEqual(new Set(["file", "It may not be read."]));
  });

  test("long, empty and odd lines are the same from both sources", async () => {
    const { file, api } = await sourcesOf();
    // Empty, with NUL, control, HTML's and multi-byte characters, bytes that are no text, a lone CR, and no line feed at the end.
    const odd = [
      String.raw`printf 'a\000b\n\n\t"q" \\ <&> \303\251 \377 \342\200\250\n'`,
      String.raw`head -c 40000 /dev/zero | tr "\0" x; echo`,
      String.raw`printf '50%%\r100%%\nend'`,
    ].join("; ");
    const details = await create(odd);
    await start(details.dockerId);
    await wait(details.dockerId);
    const read = async (source: LogSource) => {
      bench = new AgentLogBench({ engine, container: details, sources: onlySource(source) });
      bench.startAgent();
      await bench.waitForLines(6);
      const lines = bench.lines.map(({ text, tsNs, stream }) => ({ text, tsNs, stream }));
      bench.killAgent();
      return lines;
    };
    const fromFile = await read(file);
    expect(fromFile.map(({ text }) => text.length)).toEqual([3, 0, expect.any(Number), 40_000, 8, 3]);
    expect(await read(api)).toEqual(fromFile);
  });

  test("[LOGS-14] a driver that cannot be read says so and is not asked again", async () => {
    const details = await create("echo unseen", { log: { Type: "none" } });
    await start(details.dockerId);
    bench = new AgentLogBench({ engine, container: details });
    bench.startAgent();
    await waitUntil("the reason", () => bench.statuses.some(({ kind }) => kind === "unreadable"));
    const reason = expect.stringContaining("does not support reading");
    expect(bench.statuses.at(-1)).toEqual({ kind: "unreadable", reason });
  });
});

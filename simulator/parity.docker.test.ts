import { inject, expect, test } from "vitest";
import { engineRequest } from "../testkit/engine-request.ts";
import { openEngineStream, shownFrames } from "../testkit/engine-stream.ts";
import { makeTempDir } from "../testkit/temp-dir.ts";
import { TEST_IMAGE } from "../testkit/test-image.ts";
import { waitUntil } from "../testkit/wait-until.ts";
import { DOCKER_20_10, DOCKER_24_0 } from "./engine-profile.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

/** The same sequence on the real engine and on the simulated one; what clients can see of it has to be equal. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Observation {
  /** Each step with its answer: status, and the message of a refusal. */
  readonly steps: readonly string[];
  readonly events: readonly string[];
  readonly documents: Readonly<Record<string, Json>>;
  readonly logs: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, unknown>>;
}

const COMMAND = "trap 'exit 0' TERM; echo out; echo err >&2; while :; do sleep 0.05; done";
const HOST_HEADERS = ["content-type", "api-version", "ostype", "docker-experimental", "server", "transfer-encoding"];
/** Frames of stdout and stderr may change places: the daemon copies the two streams side by side. */
const sorted = (frames: readonly string[]): string[] => frames.toSorted();

const observe = async (socketPath: string, suffix: string): Promise<Observation> => {
  const first = `parity-one-${suffix}`;
  const second = `parity-two-${suffix}`;
  const steps: string[] = [];
  const documents: Record<string, Json> = {};
  const logs: Record<string, readonly string[]> = {};
  const headers: Record<string, unknown> = {};
  let id = "";
  const tidy = (words: string): string =>
    words
      .replaceAll(id || "no id yet", "ID")
      .replace(/[0-9a-f]{64}/g, "OTHER")
      .replaceAll(suffix, "X")
      .replace("Invalid filter", "invalid filter"); // as 20.10 still spelled it

  const step = async (method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Json | undefined> => {
    const answer = await engineRequest(socketPath, method, `/v1.41${path}`, body);
    const json: Json | undefined = answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString());
    const message = answer.status >= 400 && isObject(json) ? ` ${text(json.message)}` : "";
    steps.push(tidy(`${method} ${path.replace(/\?filters.*/, "")}: ${answer.status}${message}`));
    return json;
  };
  const keep = async (name: string, path: string): Promise<void> => {
    documents[name] = (await step("GET", path)) ?? null;
  };
  const readLogs = async (name: string, query: string): Promise<void> => {
    const stream = await openEngineStream(socketPath, `/v1.41/containers/${id}/logs?${query}`);
    expect(await stream.ended).toBe(true);
    headers[name] = Object.fromEntries(HOST_HEADERS.map((header) => [header, stream.headers[header]]));
    logs[name] = sorted(shownFrames(stream.received()).map((line) => line.replace(/\d{4}-.*?Z /, "STAMP ")));
  };
  const twoLines = async (runs: number): Promise<void> => {
    await waitUntil("the lines of the run", async () => {
      const stream = await openEngineStream(socketPath, `/v1.41/containers/${id}/logs?stdout=1&stderr=1`);
      await stream.ended;
      return shownFrames(stream.received()).length === runs * 2;
    });
  };

  const filters = encodeURIComponent('{"type":["container","network"]}');
  const events = await openEngineStream(socketPath, `/v1.41/events?filters=${filters}`);
  const ping = await openEngineStream(socketPath, "/_ping");
  headers.ping = Object.fromEntries([...HOST_HEADERS, "cache-control"].map((name) => [name, ping.headers[name]]));
  await keep("version", "/version");
  await keep("info", "/info");

  const body = {
    Image: TEST_IMAGE,
    Cmd: ["sh", "-c", COMMAND],
    Labels: { parity: suffix },
    HostConfig: { NetworkMode: "none" },
  };
  const created = await step("POST", `/containers/create?name=${first}`, body);
  id = isObject(created) ? text(created.Id) : "";
  await step("POST", `/containers/create?name=${first}`, body);
  await keep("created", `/containers/${id}/json`);
  await step("POST", `/containers/${id}/stop`);
  await step("POST", `/containers/${id}/kill`);
  await step("POST", `/containers/${id}/pause`);
  await step("POST", `/containers/${id}/start`);
  await step("POST", `/containers/${id}/start`);
  await twoLines(1);
  await keep("running", `/containers/${id}/json`);
  await keep("list", `/containers/json?filters=${encodeURIComponent(`{"label":["parity=${suffix}"]}`)}`);
  await keep("stats", `/containers/${id}/stats?stream=false`);
  await step("GET", `/containers/${id}/stats?stream=true&one-shot=true`);
  await readLogs("plain", "stdout=1&stderr=1");
  await readLogs("stamped", "stdout=1&stderr=1&timestamps=1");
  await readLogs("tail", "stdout=1&stderr=1&tail=0");
  await readLogs("future", "stdout=1&stderr=1&since=9999999999");
  await step("GET", `/containers/${id}/logs`);
  await step("POST", `/containers/${id}/pause`);
  await keep("paused", `/containers/${id}/json`);
  await step("POST", `/containers/${id}/pause`);
  await step("POST", `/containers/${id}/start`);
  await step("DELETE", `/containers/${id}`);
  await step("POST", `/containers/${id}/unpause`);
  await step("POST", `/containers/${id}/unpause`);

  const follow = await openEngineStream(socketPath, `/v1.41/containers/${id}/logs?stdout=1&stderr=1&follow=1`);
  await step("POST", `/containers/${id}/stop`);
  steps.push(`the follow ends as it should: ${await follow.ended}`);
  logs.follow = sorted(shownFrames(follow.received()));
  await step("POST", `/containers/${id}/stop`);
  await keep("stopped", `/containers/${id}/json`);
  await keep("stopped stats", `/containers/${id}/stats?stream=false`);
  await readLogs("followed when stopped", "stdout=1&stderr=1&follow=1");

  await step("POST", `/containers/${id}/restart`);
  await twoLines(2);
  await step("POST", `/containers/${id}/restart`);
  await twoLines(3);
  await step("POST", `/containers/${id}/rename?name=${second}`);
  await step("POST", `/containers/${id}/rename?name=${second}`);
  await step("POST", `/containers/${id}/rename?name=`);
  await step("GET", `/containers/${first}/json`);
  await step("DELETE", `/containers/${id}`);
  await step("POST", `/containers/${id}/kill?signal=SIGNONSENSE`);
  await step("POST", `/containers/${id}/kill`);
  await waitUntil("the end of the process", async () => {
    const { body: inspected } = await engineRequest(socketPath, "GET", `/containers/${id}/json`);
    return inspected.includes('"Status":"exited"');
  });
  await keep("killed", `/containers/${id}/json`);
  await step("POST", `/containers/${id}/start`);
  await twoLines(4);
  await step("DELETE", `/containers/${id}?force=1`);
  await step("DELETE", `/containers/${id}`);
  await step("GET", `/containers/${id}/logs?stdout=1`);
  await step("GET", "/containers/json?filters=%7B%22colour%22%3A%5B%22red%22%5D%7D");
  await engineRequest(socketPath, "GET", "/v1.99/info").then(({ status }) => steps.push(`a client too new: ${status}`));
  await engineRequest(socketPath, "GET", "/v1.41/nothing").then(({ status, body: words }) =>
    steps.push(`no such page: ${status} ${words.toString().trim()}`),
  );

  const shown = (line: string): string[] => {
    const event: Json = JSON.parse(line);
    if (!isObject(event) || !isObject(event.Actor) || !isObject(event.Actor.Attributes)) return [];
    const attributes = event.Actor.Attributes;
    const ours = event.id === id || attributes.container === id;
    const facts = ["exitCode", "signal", "oldName", "name", "type", "image"].map(
      (name) => `${name}=${text(attributes[name])}`,
    );
    return ours ? [tidy(`${text(event.Type)} ${text(event.Action)} ${facts.join(" ")}`)] : [];
  };
  const lines = (received: Buffer): string[] =>
    received
      .toString()
      .split("\n")
      .filter((line) => line !== "");
  await events.until("the last event", (received) => received.includes('"Action":"destroy"'));
  events.close();
  return { steps, events: lines(events.received()).flatMap(shown), documents, logs, headers };
};

/** Places where `simulated` has something that `real` has not, or of another type. What only the real one has is fine. */
const differences = (simulated: Json, real: Json | undefined, path: string): string[] => {
  if (real === undefined) return [`${path} is not there`];
  if (simulated === null || real === null) return [];
  if (Array.isArray(simulated) || Array.isArray(real)) {
    if (!Array.isArray(simulated) || !Array.isArray(real)) return [`${path} is a list in one only`];
    const [left, right] = [simulated[0], real[0]];
    return left === undefined || right === undefined ? [] : differences(left, right, `${path}[0]`);
  }
  if (isObject(simulated)) {
    if (!isObject(real)) return [`${path} is an object in one only`];
    return Object.entries(simulated).flatMap(([key, value]) => differences(value, real[key], `${path}.${key}`));
  }
  return typeof simulated === typeof real ? [] : [`${path} is a ${typeof real}`];
};

/** The values of `State` and elsewhere that have to be the same, not only of the same type. */
const comparable = (document: Json | undefined): Json => {
  if (!isObject(document) || !isObject(document.State) || !isObject(document.HostConfig)) return null;
  const { Pid, StartedAt, FinishedAt, ...state } = document.State;
  const isNever = (time: Json | undefined): boolean => time === "0001-01-01T00:00:00Z";
  return {
    ...state,
    hasPid: Pid !== 0,
    hasLogPath: document.LogPath !== "",
    neverStarted: isNever(StartedAt),
    neverFinished: isNever(FinishedAt),
    restartCount: document.RestartCount ?? null,
    restartPolicy: document.HostConfig.RestartPolicy ?? null,
    network: document.HostConfig.NetworkMode ?? null,
  };
};

test("the simulated engine and the real one look the same to a client", async () => {
  const realSocket = inject("dockerHost").replace("unix://", "");
  const real = await observe(realSocket, "real");
  const version = isObject(real.documents.version) ? text(real.documents.version.Version) : "";

  await using directory = await makeTempDir("parity");
  const engine = new SimulatedEngine({
    name: "parity",
    seed: 1,
    address: { socketPath: `${directory.path}/engine.sock` },
    profile: { ...(version.startsWith("20.10") ? DOCKER_20_10 : DOCKER_24_0), version },
  });
  await engine.listen();
  engine.events.subscribe(({ type, action, id }) => {
    if (type !== "container" || action !== "start") return;
    engine.container(id).write("stdout", "out");
    engine.container(id).write("stderr", "err");
  });
  const simulated = await observe(`${directory.path}/engine.sock`, "sim1");
  await engine.close();

  expect(simulated.steps).toEqual(real.steps);
  // The engine does not settle whether a network is left before or after "stop" is told: each kind has its own order.
  for (const kind of ["container ", "network "]) {
    const ofKind = (event: string): boolean => event.startsWith(kind);
    expect(simulated.events.filter(ofKind)).toEqual(real.events.filter(ofKind));
  }
  expect(simulated.logs).toEqual(real.logs);
  expect(simulated.headers).toEqual(real.headers);
  for (const [name, document] of Object.entries(simulated.documents)) {
    expect([name, comparable(document)]).toEqual([name, comparable(real.documents[name])]);
  }
  const surplus = Object.entries(simulated.documents).flatMap(([name, document]) =>
    differences(document, real.documents[name], name),
  );
  // The keys of cgroup v2, which the simulated engine always has and the real one only on such a host.
  expect(surplus.filter((difference) => !difference.startsWith("stats.memory_stats.stats."))).toEqual([]);
});

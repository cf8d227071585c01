import { once } from "node:events";
import * as http from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UnaryClient, type UnaryRequest } from "./unary-client.ts";

let answer: http.RequestListener;
let sockets: Set<Socket>;
let server: http.Server;
let client: UnaryClient;
let cleanUp: () => Promise<void>;

beforeEach(async () => {
  const directory = await makeTempDir("unary");
  const socketPath = path.join(directory.path, "engine.sock");
  sockets = new Set();
  server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => answer(request, response));
  server.on("connection", (socket) => void sockets.add(socket));
  server.listen(socketPath);
  await once(server, "listening");
  client = new UnaryClient({ kind: "unix", socketPath });
  cleanUp = async () => {
    client.close();
    server.closeAllConnections();
    server.close();
    await directory.remove();
  };
});

afterEach(() => cleanUp());

const ask = (changes: Partial<UnaryRequest> = {}) =>
  client.request({ method: "GET", path: "/x", lane: "read", what: "list containers", timeoutMs: 5_000, ...changes });

test("gives status, headers and the whole body", async () => {
  answer = (_, response) => {
    response.setHeader("api-version", "1.41");
    response.write("a");
    setImmediate(() => response.end("b"));
  };
  const { status, headers, body } = await ask();
  expect([status, headers["api-version"], body.toString()]).toEqual([200, "1.41", "ab"]);
});

test("reads share kept connections, at most eight at once; actions use fresh ones", async () => {
  const waiting: http.ServerResponse[] = [];
  answer = (_, response) => {
    waiting.push(response);
    if (waiting.length === 8) setImmediate(() => waiting.splice(0).forEach((each) => void each.end()));
  };
  await Promise.all(Array.from({ length: 16 }, () => ask()));
  expect(sockets.size).toBe(8);
  answer = (_, response) => void response.end();
  await ask();
  expect(sockets.size).toBe(8);
  await ask({ method: "POST", lane: "act" });
  await ask({ method: "POST", lane: "act" });
  expect(sockets.size).toBe(10);
});

test("a read that meets a kept connection which the engine has closed is asked again", async () => {
  answer = (_, response) => void response.end("first");
  await ask();
  const [kept] = sockets;
  answer = (request, response) => {
    if (request.socket === kept) request.socket.destroy();
    else response.end("second");
  };
  expect((await ask()).body.toString()).toBe("second");
});

test("no answer in time is said with the call's name and its time", async () => {
  answer = () => {};
  await expect(ask({ timeoutMs: 30 })).rejects.toMatchObject({
    code: "engine_unreachable",
    message: expect.stringMatching(/list containers within 30 ms/),
  });
});

test("a body that stops in the middle is a broken connection, not a short answer", async () => {
  answer = (_, response) => {
    response.setHeader("content-length", "100");
    response.write("half");
    setImmediate(() => response.destroy());
  };
  await expect(ask({ method: "POST", lane: "act" })).rejects.toMatchObject({ code: "engine_unreachable" });
});

test("an abort rejects with the caller's own reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  answer = () => controller.abort(reason);
  await expect(ask({ signal: controller.signal })).rejects.toBe(reason);
});

test("no engine at all", async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  await expect(ask()).rejects.toMatchObject({
    code: "engine_unreachable",
    message: expect.stringContaining("start it"),
  });
});

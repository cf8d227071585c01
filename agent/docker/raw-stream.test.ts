import { once } from "node:events";
import * as net from "node:net";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EngineEndpoint } from "./endpoint.ts";
import { openRawStream, type RawStream } from "./raw-stream.ts";

let server: net.Server;
let connections: net.Socket[];
let endpoint: EngineEndpoint;
let cleanUp: () => Promise<void>;

/** What the engine's end does with the connection after the request has come. */
let answer: (socket: net.Socket, request: string) => unknown;

beforeEach(async () => {
  const directory = await makeTempDir("stream");
  endpoint = { kind: "unix", socketPath: path.join(directory.path, "engine.sock") };
  connections = [];
  server = net.createServer((socket) => {
    connections.push(socket);
    socket.on("error", () => {});
    socket.once("data", (data) => void answer(socket, data.toString()));
  });
  server.listen(endpoint.socketPath);
  await once(server, "listening");
  cleanUp = async () => {
    for (const socket of connections) socket.destroy();
    server.close();
    await directory.remove();
  };
});

afterEach(() => cleanUp());

const open = (options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<RawStream> =>
  openRawStream(endpoint, { path: "/v1.41/logs", what: "read logs", timeoutMs: 5_000, ...options });

const readAll = (stream: RawStream): Promise<{ text: string; code: string | null }> =>
  new Promise((resolve) => {
    let text = "";
    stream.read({
      bytes: (chunk) => {
        text += chunk.toString();
      },
      ended: (error) => resolve({ text, code: error?.code ?? null }),
    });
  });

/** Enough turns of the event loop for both ends of a connection to move megabytes, were nothing holding them back. */
const manyTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const HEAD = "HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n";

test("asks in HTTP/1.0, so that no chunked encoding comes back", async () => {
  let request = "";
  answer = (socket, text) => {
    request = text;
    socket.end(HEAD);
  };
  const stream = await open();
  expect(request).toMatch(/^GET \/v1\.41\/logs HTTP\/1\.0\r\nHost: docker\r\n/);
  expect(stream.headers["content-type"]).toBe("application/octet-stream");
  expect(await readAll(stream)).toEqual({ text: "", code: null });
});

test("a head that comes byte by byte ends where it ends; the body's first bytes are not lost", async () => {
  answer = async (socket) => {
    socket.setNoDelay(true);
    for (const byte of HEAD) {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end("body");
  };
  expect(await readAll(await open())).toEqual({ text: "body", code: null });
  answer = (socket) => socket.end(`${HEAD}body at once`);
  expect(await readAll(await open())).toEqual({ text: "body at once", code: null });
});

test("bytes that came before the reader are delivered to it, also through chunks()", async () => {
  answer = (socket) => {
    socket.write(`${HEAD}first `);
    setImmediate(() => socket.end("second"));
  };
  let text = "";
  for await (const chunk of (await open()).chunks()) text += chunk.toString();
  expect(text).toBe("first second");
});

describe("refusals", () => {
  const refuse = (status: string, body: string) => {
    answer = (socket) => socket.end(`HTTP/1.0 ${status}\r\nContent-Type: application/json\r\n\r\n${body}`);
  };

  test.each([
    ["404 Not Found", '{"message":"No such container: x"}', "not_found", "No such container: x"],
    ["409 Conflict", '{"message":"can not get logs from container which is dead"}', "conflict", "is dead"],
    [
      "501 Not Implemented",
      '{"message":"configured logging driver does not support reading"}',
      "log_unreadable",
      "json-file",
    ],
    ["403 Forbidden", "<html>Forbidden by proxy</html>", "engine_permission", "proxy"],
    ["400 Bad Request", '{"message":"client version 1.41 is too old"}', "engine_too_old", "Upgrade"],
    ["500 Internal Server Error", "", "engine_error", "no reason given"],
  ])("%s", async (status, body, code, sentence) => {
    refuse(status, body);
    await expect(open()).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
  });

  test("an endless refusal is cut short", async () => {
    answer = (socket) => {
      socket.write("HTTP/1.0 500 No\r\n\r\n");
      const more = () => void (socket.destroyed || socket.write("x".repeat(16_384), () => setImmediate(more)));
      more();
    };
    await expect(open()).rejects.toMatchObject({ code: "engine_error" });
  });

  test("what does not speak HTTP, or re-encodes, is named", async () => {
    answer = (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    await expect(open()).rejects.toMatchObject({ code: "engine_error", message: expect.stringContaining("HTTP") });
    answer = (socket) => socket.write("x".repeat(70_000));
    await expect(open()).rejects.toMatchObject({ code: "engine_error", message: expect.stringContaining("head") });
    answer = (socket) => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    await expect(open()).rejects.toMatchObject({ code: "engine_error", message: expect.stringContaining("proxy") });
  });
});

describe("connections that break", () => {
  test("nobody listens", async () => {
    server.close();
    await expect(open()).rejects.toMatchObject({
      code: "engine_unreachable",
      message: expect.stringContaining("start it"),
    });
  });

  test("closed before an answer, and no answer in time", async () => {
    answer = (socket) => socket.destroy();
    await expect(open()).rejects.toMatchObject({ code: "engine_unreachable" });
    answer = () => {};
    await expect(open({ timeoutMs: 30 })).rejects.toMatchObject({ message: expect.stringContaining("within 30 ms") });
  });

  test("an abort before and during the opening rejects with its reason", async () => {
    answer = () => {};
    const reason = new Error("enough");
    await expect(open({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const opening = open({ signal: controller.signal });
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  test("a reader is told of the end once, also when it begins to read after the end", async () => {
    answer = (socket) => socket.end(`${HEAD}late`);
    const stream = await open();
    await manyTurns();
    expect(await readAll(stream)).toEqual({ text: "late", code: null });
  });
});

describe("pause, resume, close", () => {
  test("a paused stream takes nothing more from the socket until it is resumed", async () => {
    const total = 8 * 1024 * 1024;
    let isFlushed = false;
    answer = (socket) => {
      socket.write(HEAD);
      socket.end(Buffer.alloc(total, 97), () => {
        isFlushed = true;
      });
    };
    const stream = await open();
    let bytes = 0;
    const paused = Promise.withResolvers<void>();
    const ended = new Promise<void>((resolve) => {
      stream.read({
        bytes: (chunk) => {
          if (bytes === 0) {
            stream.pause();
            paused.resolve();
          }
          bytes += chunk.length;
        },
        ended: () => resolve(),
      });
    });
    await paused.promise;
    await manyTurns();
    expect(bytes).toBeLessThan(total / 4);
    expect(isFlushed).toBe(false);
    stream.resume();
    await ended;
    expect(bytes).toBe(total);
  });

  test("a stream that was paused before it is read stays paused", async () => {
    answer = (socket) => socket.end(`${HEAD}text`);
    const stream = await open();
    stream.pause();
    let text = "";
    const ended = new Promise((resolve) => {
      stream.read({
        bytes: (chunk) => {
          text += chunk.toString();
        },
        ended: resolve,
      });
    });
    await manyTurns();
    expect(text).toBe("");
    stream.resume();
    await ended;
    expect(text).toBe("text");
  });

  test("after close() nothing is delivered, and the engine's end is closed", async () => {
    const engineSide = Promise.withResolvers<net.Socket>();
    answer = (socket) => {
      socket.write(HEAD);
      engineSide.resolve(socket);
    };
    const stream = await open();
    const delivered: string[] = [];
    stream.read({ bytes: (chunk) => void delivered.push(chunk.toString()), ended: () => void delivered.push("ended") });
    const socket = await engineSide.promise;
    stream.close();
    stream.close();
    await once(socket, "close");
    expect(delivered).toEqual([]);
  });

  test("the signal closes an open stream, and leaving a loop closes it too", async () => {
    answer = (socket) => socket.write(`${HEAD}x`);
    const controller = new AbortController();
    const stream = await open({ signal: controller.signal });
    const looping = (async () => {
      for await (const _ of stream.chunks()) controller.abort();
    })();
    await looping;
    for await (const _ of (await open()).chunks()) break;
    const closed = await open();
    for await (const _ of closed.chunks()) setImmediate(() => closed.close());
    for (const socket of connections) if (!socket.destroyed) await once(socket, "close");
    expect(connections).toHaveLength(3);
  });
});

import { type IncomingHttpHeaders, request } from "node:http";
import { waitUntil } from "./wait-until.ts";

/** An open answer of an engine, for tests that look at it while it grows. */
export interface EngineStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All bytes of the body so far. */
  readonly received: () => Buffer;
  /** Resolves when the body has ended; true when it ended as it should, false when the connection broke. */
  readonly ended: Promise<boolean>;
  /** Resolves when the body so far satisfies the condition. */
  until(what: string, isEnough: (body: Buffer) => boolean): Promise<Buffer>;
  close(): void;
}

/** Opens `GET path` on a unix socket and returns as soon as the headers are there. */
export const openEngineStream = (socketPath: string, path: string): Promise<EngineStream> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const received = (): Buffer => Buffer.concat(chunks);
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => {}); // told by `ended`
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        received,
        ended: new Promise((ended) => response.on("close", () => ended(response.complete))),
        until: async (what, isEnough) => {
          await waitUntil(what, () => isEnough(received()), { timeoutMs: 5000, everyMs: 2 });
          return received();
        },
        close: () => call.destroy(),
      });
    });
    call.on("error", reject);
    call.end();
  });

export interface LogFrame {
  readonly stream: number;
  readonly payload: Buffer;
}

/** The complete frames of a multiplexed body, in the plainest way, and the bytes that are left over. */
export const splitFrames = (body: Buffer): { readonly frames: readonly LogFrame[]; readonly rest: Buffer } => {
  const frames: LogFrame[] = [];
  let at = 0;
  while (at + 8 <= body.length && at + 8 + body.readUInt32BE(at + 4) <= body.length) {
    const bytes = body.readUInt32BE(at + 4);
    frames.push({ stream: body.readUInt8(at), payload: body.subarray(at + 8, at + 8 + bytes) });
    at += 8 + bytes;
  }
  return { frames, rest: body.subarray(at) };
};

/** The frames as `1:text` or `2:text`, a final newline shown as `$`. */
export const shownFrames = (body: Buffer): string[] =>
  splitFrames(body).frames.map(({ stream, payload }) => `${stream}:${payload.toString().replace(/\n$/, "$")}`);

import { request } from "node:http";

export interface EngineAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * One plain call to an engine's unix socket, for arranging tests; the product's own client is `agent/docker`.
 * @param body sent as JSON unless it is a Buffer, which is sent as a tar archive
 */
export function engineRequest(
  socketPath: string,
  method: "GET" | "POST" | "DELETE" | "PUT",
  path: string,
  body?: unknown,
): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const isTar = Buffer.isBuffer(body);
    const payload = body === undefined ? undefined : isTar ? body : Buffer.from(JSON.stringify(body));
    const call = request(
      {
        socketPath,
        method,
        path,
        agent: false,
        headers: payload
          ? { "content-type": isTar ? "application/x-tar" : "application/json", "content-length": payload.length }
          : {},
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      },
    );
    call.on("error", reject);
    call.end(payload);
  });
}

/** Like `engineRequest`, but a status of 400 or more is an error that carries the engine's own words. */
export async function engineCall(...call: Parameters<typeof engineRequest>): Promise<Buffer> {
  const answer = await engineRequest(...call);
  if (answer.status >= 400) {
    throw new Error(`The engine answered ${answer.status} to ${call[1]} ${call[2]}: ${answer.body.toString().trim()}`);
  }
  return answer.body;
}

/** Opens the authenticated WebSocket: challenge, connect token, upgrade. The only file that knows `ws`. */
import type { IncomingMessage } from "node:http";
import { parseChallenge } from "@yardarm/protocol/challenge";
import { ERROR_CODES, ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, HubId } from "@yardarm/protocol/ids";
import { AGENT_MESSAGE_BYTES } from "@yardarm/protocol/limits";
import { type RawData, WebSocket } from "ws";
import { type ConnectKey, connectToken } from "./connect-token.ts";
import { agentSocketUrl } from "./hub-url.ts";

/** The WebSocket as a connection needs it. */
export interface HubSocket {
  /** Hands one frame over; `written` is called when it has left this process, or never when the socket dies first. */
  send(frame: string | Uint8Array, written: () => void): void;
  /** Starts the closing handshake. */
  close(code: number, reason: string): void;
  /** Ends at once, without a handshake. */
  terminate(): void;
}

export interface SocketEvents {
  /** A whole message. The bytes may be kept. */
  message(frame: Buffer, isBinary: boolean): void;
  /** Called once; nothing follows. */
  closed(code: number, reason: string): void;
}

/** Resolves with an authenticated, open socket; rejects with a `ProtocolError`. Aborting afterwards does nothing. */
export type Dial = (events: SocketEvents, signal: AbortSignal) => Promise<HubSocket>;

export type DialOptions = {
  readonly hubUrl: URL;
  readonly hubId: HubId;
  readonly hostId: HostId;
  /** At least one, in the order in which they are tried: while its key is replaced a host has two. */
  readonly keys: () => readonly ConnectKey[];
  /** Told with which one the socket was opened, before it says anything. */
  readonly proved: (key: ConnectKey) => void;
};

const PROBLEM_BYTES = 16 * 1024;

export const dialHub =
  (options: DialOptions): Dial =>
  async (events, signal) => {
    const url = agentSocketUrl(options.hubUrl, options.hostId);
    let refusal = new ProtocolError("signature_invalid", "This agent has no key.");
    for (const key of options.keys()) {
      const challenge = await askForChallenge(url, signal);
      if (challenge.hub !== options.hubId) {
        throw new ProtocolError("key_mismatch", `${url.host} is another hub than the one this agent enrolled with.`);
      }
      const token = connectToken(challenge, options.hostId, key.sign);
      const answer = await upgrade(url, { Authorization: `Bearer ${token}` }, signal);
      if (answer.kind === "open") {
        options.proved(key);
        return attach(answer.socket, events);
      }
      refusal = await refusalOf(answer.response);
      // A key that the hub does not know: the other one may be what it knows.
      if (refusal.code !== "signature_invalid") break;
    }
    throw refusal;
  };

const askForChallenge = async (url: URL, signal: AbortSignal) => {
  const answer = await upgrade(url, {}, signal);
  if (answer.kind === "open") {
    answer.socket.terminate();
    throw new ProtocolError("unauthenticated", `${url.host} lets agents in without asking who they are: not our hub.`);
  }
  const header = answer.response.headers["www-authenticate"];
  const challenge = answer.response.statusCode === 401 && header !== undefined ? parseChallenge(header) : null;
  if (challenge === null) throw await refusalOf(answer.response);
  answer.response.destroy();
  return challenge;
};

type UpgradeAnswer =
  | { readonly kind: "open"; readonly socket: WebSocket }
  | { readonly kind: "refused"; readonly response: IncomingMessage };

const upgrade = (url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<UpgradeAnswer> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: AGENT_MESSAGE_BYTES });
    const aborted = (): void => {
      socket.terminate();
      reject(signal.reason);
    };
    const settle = (answer: UpgradeAnswer): void => {
      signal.removeEventListener("abort", aborted);
      resolve(answer);
    };
    signal.addEventListener("abort", aborted);
    // Paused until somebody listens, or the hub's first message could pass unheard.
    socket.once("open", () => {
      socket.pause();
      settle({ kind: "open", socket });
    });
    socket.once("unexpected-response", (_request, response) => settle({ kind: "refused", response }));
    socket.on("error", (cause) => {
      signal.removeEventListener("abort", aborted);
      const text = `The hub at ${url.host} cannot be reached (${cause.message}).`;
      reject(new ProtocolError("agent_timeout", text, { cause }));
    });
  });

/** The error that a refused upgrade carries as a problem document; one without is named by its status. */
const refusalOf = async (response: IncomingMessage): Promise<ProtocolError> => {
  let text = "";
  try {
    for await (const piece of response.setEncoding("utf8")) {
      text += piece;
      if (text.length > PROBLEM_BYTES) break;
    }
    const problem: unknown = JSON.parse(text);
    if (typeof problem === "object" && problem !== null && "code" in problem) {
      const code = ERROR_CODES.find((known) => known === problem.code);
      const detail = "detail" in problem && typeof problem.detail === "string" ? problem.detail.slice(0, 500) : "";
      if (code !== undefined) return new ProtocolError(code, detail === "" ? `The hub says: ${code}.` : detail);
    }
  } catch {
    // No problem document: a proxy's page, or a broken connection.
  }
  return new ProtocolError("internal", `The hub refused the connection (HTTP ${response.statusCode ?? 0}).`);
};

const attach = (socket: WebSocket, events: SocketEvents): HubSocket => {
  socket.removeAllListeners("error");
  socket.on("error", () => socket.terminate());
  socket.on("message", (data: RawData, isBinary: boolean) => {
    events.message(
      Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]),
      isBinary,
    );
  });
  socket.on("close", (code, reason) => events.closed(code, reason.toString("utf8")));
  socket.resume();
  return {
    send: (frame, written) => socket.send(frame, (error) => error ?? written()),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
};

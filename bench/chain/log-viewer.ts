/** A viewer as a browser is one: a WebSocket that subscribes to a container's log and decodes every batch. */
import type { ClientDown } from "@yardarm/protocol/client-down/down";
import type { ContainerId } from "@yardarm/protocol/ids";
import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { FRAME_PREFIX_BYTES } from "@yardarm/protocol/log/frame";
import { WebSocket } from "ws";
import type { HubSession } from "../../testkit/hub-session.ts";

export interface LogViewer {
  /** Resolves when the writer's `ready` has come: from then on every line goes the whole way. */
  readonly ready: Promise<void>;
  /** Lines that the hub did not send because this viewer was too slow. */
  readonly skippedLines: () => number;
  close(): void;
}

export interface LogViewerOptions {
  readonly session: HubSession;
  readonly containerId: ContainerId;
  /** Called with every decoded batch, the one with the `ready` line included. */
  readonly onBatch: (batch: LogBatch) => void;
}

/** Opens a viewer that begins at the first line. */
export const openLogViewer = ({ session, containerId, onBatch }: LogViewerOptions): LogViewer => {
  const url = new URL("/ws/client", session.url);
  const { cookie } = session;
  const headers = { cookie: `${cookie.name}=${cookie.value}`, origin: url.origin };
  url.protocol = "ws:";
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  ready.catch(() => {}); // told to whoever waits for it
  let skippedLines = 0;
  const control = (message: ClientDown): void => {
    if (message.type === "ready") socket.send(JSON.stringify({ type: "log.subscribe", containerId, sinceSeq: 0 }));
    else if (message.type === "skipped") skippedLines += message.to - message.from;
    else if (message.type === "error") reject(new Error(`The hub refused a viewer: ${message.message}`));
  };
  socket.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) {
      control(JSON.parse(data.toString()) as ClientDown);
      return;
    }
    onBatch(decodeBatch(data, { offset: FRAME_PREFIX_BYTES }));
    resolve();
  });
  socket.on("error", reject);
  socket.on("close", (code, reason) => reject(new Error(`The hub closed a viewer: ${code} ${reason.toString()}`)));
  return { ready, skippedLines: () => skippedLines, close: () => socket.terminate() };
};

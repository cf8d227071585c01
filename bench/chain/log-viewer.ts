/**
 * A viewer as a browser is one: a WebSocket that subscribes to a container's log and decodes every batch. What the hub skips
 * because the viewer is too slow (LOG-10) it fetches.
 */
import type { ClientDown } from "@yardarm/protocol/client-down/down";
import type { ClientUp } from "@yardarm/protocol/client-up/up";
import type { ContainerId } from "@yardarm/protocol/ids";
import { decodeBatch, type LogBatch } from "@yardarm/protocol/log/batch";
import { FRAME_PREFIX_BYTES } from "@yardarm/protocol/log/frame";
import { WebSocket } from "ws";
import type { HubSession } from "../../testkit/hub-session.ts";

export interface LogViewer {
  /** Resolves when the writer's `ready` has come: from then on every line goes the whole way. */
  readonly ready: Promise<void>;
  /** Lines that the hub did not send because this viewer was too slow; they come later. */
  readonly skippedLines: () => number;
  close(): void;
}

export interface LogViewerOptions {
  readonly session: HubSession;
  readonly containerId: ContainerId;
  /** Called with every decoded batch, the one with the `ready` line included. */
  readonly onBatch: (batch: LogBatch) => void;
  /** So many lines are left out in front of the next batch. */
  readonly onSkipped?: (lines: number) => void;
}

/** Before a range is asked for again that was not answered in full. */
const ASK_AGAIN_MS = 50;

/** Opens a viewer that begins at the first line. */
export const openLogViewer = ({ session, containerId, onBatch, onSkipped }: LogViewerOptions): LogViewer => {
  const url = new URL("/ws/client", session.url);
  const { cookie } = session;
  const headers = { cookie: `${cookie.name}=${cookie.value}`, origin: url.origin };
  url.protocol = "ws:";
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  ready.catch(() => {}); // told to whoever waits for it
  let skippedLines = 0;
  /** What is still to be fetched; the first one is asked for. */
  const holes: { fromSeq: number; readonly toSeq: number }[] = [];
  const send = (message: ClientUp): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const ask = (): void => {
    const [hole] = holes;
    if (hole !== undefined) send({ type: "log.fetch", containerId, ...hole });
  };
  const fetched = (untilSeq: number): void => {
    const [hole] = holes;
    if (hole === undefined) return;
    const hasMore = untilSeq > hole.fromSeq;
    hole.fromSeq = Math.max(hole.fromSeq, untilSeq);
    if (hole.fromSeq >= hole.toSeq) holes.shift();
    if (hasMore) ask();
    else setTimeout(ask, ASK_AGAIN_MS);
  };
  const control = (message: ClientDown): void => {
    switch (message.type) {
      case "ready":
        send({ type: "log.subscribe", containerId, sinceSeq: 0 });
        break;
      case "skipped":
        skippedLines += message.to - message.from;
        onSkipped?.(message.to - message.from);
        if (holes.push({ fromSeq: message.from, toSeq: message.to }) === 1) ask();
        break;
      case "log.fetched":
        fetched(message.toSeq);
        break;
      case "error":
        if (message.refused === "log.fetch") fetched(0);
        else reject(new Error(`The hub refused a viewer: ${message.message}`));
        break;
      default:
    }
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

import type { ClientDown } from "@yardarm/protocol/client-down/down";
import { clientUpSchema } from "@yardarm/protocol/client-up/up";
import type { ContainerId } from "@yardarm/protocol/ids";
import { DEFAULT_TAIL_LINES } from "@yardarm/protocol/limits";
import type { WebSocket } from "ws";
import type { MockFleet } from "./mock-fleet.ts";
import type { MockViewer } from "./mock-log.ts";

/** One browser's connection to the mock hub. */

const METRICS_MS = 5_000;
const FAST_METRICS_MS = 1_000;
/** Often enough for a burst to arrive as a stream. */
const LOG_TICK_MS = 10;
/** What may wait for a browser; beyond it lines are skipped, as the hub does. */
const LOG_QUEUE_BYTES = 4 * 1024 ** 2;

export const serveClient = (socket: WebSocket, fleet: MockFleet): void => {
  const watched = new Set<ContainerId | null>();
  const logs = new Map<ContainerId, MockViewer>();
  const ends: (() => void)[] = [];
  const send = (message: ClientDown): void => socket.send(JSON.stringify(message));

  const sendMetrics = (isFast: boolean): void => {
    const only = new Set([...watched].filter((target) => target !== null));
    for (const hostId of fleet.hosts.keys()) {
      if (fleet.hosts.get(hostId)?.status !== "online") continue;
      if (isFast && only.size === 0) continue;
      if (!isFast && !watched.has(null)) continue;
      const message = fleet.metrics(hostId, isFast ? only : null, isFast ? FAST_METRICS_MS : METRICS_MS);
      if (message.containers.length > 0) send(message);
    }
  };
  const sendLines = ({ containerId, alias }: MockViewer, fromSeq: number, toSeq: number): void => {
    const container = fleet.containers.get(containerId);
    for (const frame of fleet.logs.frames(container, alias, fromSeq, toSeq)) socket.send(frame);
  };
  const sendNewLines = (viewer: MockViewer): void => {
    const nextSeq = fleet.logs.nextSeq(fleet.containers.get(viewer.containerId));
    if (nextSeq <= viewer.nextSeq) return;
    const { containerId } = viewer;
    if (socket.bufferedAmount > LOG_QUEUE_BYTES) {
      send({ type: "skipped", containerId, from: viewer.nextSeq, to: nextSeq });
    } else sendLines(viewer, viewer.nextSeq, nextSeq);
    viewer.nextSeq = nextSeq;
  };

  const timers = [
    setInterval(() => sendMetrics(false), METRICS_MS),
    setInterval(() => sendMetrics(true), FAST_METRICS_MS),
    setInterval(() => {
      for (const viewer of logs.values()) sendNewLines(viewer);
    }, LOG_TICK_MS),
  ];
  socket.on("close", () => {
    for (const timer of timers) clearInterval(timer);
    for (const end of ends) end();
  });
  socket.on("message", (data: Buffer) => {
    const message = clientUpSchema.parse(JSON.parse(data.toString("utf8")));
    switch (message.type) {
      case "inventory.subscribe":
        ends.push(fleet.subscribe(send));
        return;
      case "metrics.subscribe":
        watched.add(message.containerId);
        sendMetrics(message.containerId !== null);
        return;
      case "metrics.unsubscribe":
        watched.delete(message.containerId);
        return;
      case "log.subscribe": {
        const { containerId } = message;
        const container = fleet.containers.get(containerId);
        const nextSeq = fleet.logs.nextSeq(container);
        const { storedFromSeq = 0, answers } = fleet.logs.profile(container);
        if (answers === "never") return;
        if (answers !== undefined) {
          send({ type: "error", code: answers, message: answers, refused: message.type, containerId });
          return;
        }
        const asked = message.sinceSeq ?? nextSeq - (message.tail ?? DEFAULT_TAIL_LINES);
        const fromSeq = Math.min(nextSeq, Math.max(storedFromSeq, asked));
        const alias = [...fleet.containers.keys()].indexOf(containerId) + 1;
        const viewer = { containerId, alias, nextSeq };
        logs.set(containerId, viewer);
        const { epoch } = fleet.logs;
        send({ type: "log.subscribed", containerId, alias, epoch, fromSeq, committedSeq: nextSeq, nextSeq });
        sendLines(viewer, fromSeq, nextSeq);
        return;
      }
      case "log.unsubscribe":
        logs.delete(message.containerId);
        return;
      case "log.fetch": {
        const viewer = logs.get(message.containerId);
        const { storedFromSeq = 0 } = fleet.logs.profile(fleet.containers.get(message.containerId));
        const fromSeq = Math.max(message.fromSeq, storedFromSeq);
        const toSeq = Math.min(message.toSeq, viewer?.nextSeq ?? 0);
        if (viewer !== undefined && fromSeq < toSeq) sendLines(viewer, fromSeq, toSeq);
        send({ type: "log.fetched", containerId: message.containerId, fromSeq, toSeq });
        return;
      }
    }
  });
  send({ type: "ready", version: "0.1.0", hubTimeNs: `${BigInt(Date.now()) * 1_000_000n}` });
};

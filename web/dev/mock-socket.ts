import { clientUpSchema } from "@yardarm/protocol/client-up/up";
import type { ClientDown } from "@yardarm/protocol/client-down/down";
import type { ContainerId } from "@yardarm/protocol/ids";
import { DEFAULT_TAIL_LINES } from "@yardarm/protocol/limits";
import type { WebSocket } from "ws";
import type { MockFleet } from "./mock-fleet.ts";
import { LINE_MS, makeLogFrame } from "./mock-log.ts";

/** One browser's connection to the mock hub. */

const METRICS_MS = 5_000;
const FAST_METRICS_MS = 1_000;
/** Logs began this long ago. */
const LOG_AGE_MS = 15 * 60_000;
const startedAtMs = Date.now();

export const serveClient = (socket: WebSocket, fleet: MockFleet): void => {
  const watched = new Set<ContainerId | null>();
  const logs = new Map<ContainerId, { readonly alias: number; nextSeq: number }>();
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
  const linesNow = (): number => Math.floor((Date.now() - startedAtMs + LOG_AGE_MS) / LINE_MS);
  const sendLines = (alias: number, fromSeq: number, toSeq: number): void => {
    for (let from = fromSeq; from < toSeq; from += 1_000) {
      socket.send(makeLogFrame(alias, startedAtMs - LOG_AGE_MS, from, Math.min(toSeq, from + 1_000)));
    }
  };

  const timers = [
    setInterval(() => sendMetrics(false), METRICS_MS),
    setInterval(() => sendMetrics(true), FAST_METRICS_MS),
    setInterval(() => {
      for (const log of logs.values()) {
        const nextSeq = linesNow();
        if (nextSeq > log.nextSeq) sendLines(log.alias, log.nextSeq, nextSeq);
        log.nextSeq = nextSeq;
      }
    }, LINE_MS),
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
        const nextSeq = linesNow();
        const fromSeq = Math.min(
          nextSeq,
          message.sinceSeq ?? Math.max(0, nextSeq - (message.tail ?? DEFAULT_TAIL_LINES)),
        );
        const alias = [...fleet.containers.keys()].indexOf(message.containerId) + 1;
        logs.set(message.containerId, { alias, nextSeq });
        const { containerId } = message;
        send({ type: "log.subscribed", containerId, alias, epoch: "mock", fromSeq, committedSeq: nextSeq, nextSeq });
        sendLines(alias, fromSeq, nextSeq);
        return;
      }
      case "log.unsubscribe":
        logs.delete(message.containerId);
        return;
      case "log.fetch": {
        const log = logs.get(message.containerId);
        if (log !== undefined) sendLines(log.alias, message.fromSeq, Math.min(message.toSeq, log.nextSeq));
        send({ ...message, type: "log.fetched" });
        return;
      }
    }
  });
  send({ type: "ready", version: "0.1.0", hubTimeNs: `${BigInt(Date.now()) * 1_000_000n}` });
};

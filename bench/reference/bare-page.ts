/**
 * The least that a page can do with lines: one WebSocket, one text node per line in an element of its own, the newest 1,000 kept, scrolled to
 * the end once per frame. No agent, no hub, no store.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { LINE_BYTES, monotonicUs } from "../docker/numbered-line.ts";

export interface BarePage extends AsyncDisposable {
  readonly url: string;
  /** Sends so many lines at this rate to the page that is open; resolves when the last one is sent. */
  send(lines: number, rate: number): Promise<void>;
}

const EVERY_MS = 1;

const PAGE = `<!doctype html><title>bare</title>
<style>
  html, body { margin: 0; height: 100%; background: #0b0e13; color: #e6eaf0; }
  #log { height: 100%; overflow: auto; contain: strict; font: 12.5px/20px monospace; }
  #log > div { height: 20px; white-space: pre; }
</style>
<div id="log" role="log"></div>
<script>
  const log = document.getElementById("log");
  let waiting = [];
  const draw = () => {
    const lines = waiting.slice(-1000);
    waiting = [];
    for (const line of lines) {
      const row = document.createElement("div");
      row.dataset.seq = line.slice(16, 26);
      const text = document.createElement("span");
      text.className = "yd-text";
      text.append(document.createTextNode(line));
      row.append(text);
      log.append(row);
    }
    while (log.childElementCount > 1000) log.firstElementChild.remove();
    log.scrollTop = log.scrollHeight;
  };
  const socket = new WebSocket(location.href.replace("http", "ws"));
  socket.onmessage = ({ data }) => {
    if (waiting.length === 0) requestAnimationFrame(draw);
    for (const line of data.split("\\n")) waiting.push(line);
  };
</script>`;

export const startBarePage = async (): Promise<BarePage> => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE);
  });
  const sockets = new WebSocketServer({ server });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const send = async (lines: number, rate: number): Promise<void> => {
    const beganUs = monotonicUs();
    const { promise, resolve } = Promise.withResolvers<void>();
    let sent = 0;
    const timer = setInterval(() => {
      const nowUs = monotonicUs();
      const due = Math.min(lines, Math.floor(((nowUs - beganUs) * rate) / 1e6));
      if (due > sent) {
        const batch = Array.from({ length: due - sent }, (_, index) => lineOf(Math.floor(nowUs), sent + index));
        for (const socket of sockets.clients) socket.send(batch.join("\n"));
        sent = due;
      }
      if (sent < lines) return;
      clearInterval(timer);
      resolve();
    }, EVERY_MS);
    return promise;
  };

  return {
    url: `http://127.0.0.1:${port}/`,
    send,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      await once(server, "close");
    },
  };
};

/** As long as the lines of `log-writer.ts`, and as different from each other. */
const lineOf = (stampUs: number, number: number): string => {
  const id = ((number * 2_654_435_761) >>> 0).toString(16).padStart(8, "0");
  const text = `INFO request finished id=${id}${id} path=/api/v1/orders/${number % 99_991} status=200 bytes=${number % 49_999} ms=${number % 900} `;
  return `${String(stampUs).padStart(15, "0")} ${String(number).padStart(10, "0")} ${text}`.padEnd(LINE_BYTES - 1, "x");
};

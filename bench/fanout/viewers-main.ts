/**
 * A process of viewers: plain sockets that shake hands, subscribe to one container's log and count frames. Tells its
 * parent `open` once, then, whenever it has changed, how many frames even the slowest viewer has.
 */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { FrameCounter } from "./frame-counter.ts";

const [port = "", count = "", containerId = ""] = process.argv.slice(2);
const READ_BYTES = 256 * 1024;
const HEAD_END = "\r\n\r\n";
const OPCODE_TEXT = 0x81;
const OPCODE_PONG = 0x8a;
const MASKED = 0x80;
const LENGTH_16_BITS = 126;
const GREETINGS = 2;

const masked = (header: readonly number[], payload: Buffer): Buffer => {
  const mask = randomBytes(4);
  const bytes = payload.map((byte, index) => byte ^ (mask[index & 3] as number));
  return Buffer.concat([Buffer.from(header), mask, bytes]);
};

const maskedText = (text: string): Buffer => {
  const payload = Buffer.from(text);
  return masked([OPCODE_TEXT, MASKED | LENGTH_16_BITS, payload.length >> 8, payload.length & 0xff], payload);
};

/** Resolves once the server has said `ready` and `log.subscribed`: from then on every frame comes. */
const openViewer = (changed: () => void): Promise<FrameCounter> =>
  new Promise((resolve, reject) => {
    const counter = new FrameCounter((payload) => {
      socket.write(masked([OPCODE_PONG, MASKED | payload.length], payload));
    });
    let head = "";
    const count = (bytes: Buffer): void => {
      counter.feed(bytes);
      if (counter.texts >= GREETINGS) resolve(counter);
      changed();
    };
    const take = (size: number, buffer: Uint8Array): boolean => {
      const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, size);
      if (head.endsWith(HEAD_END)) {
        count(bytes);
        return true;
      }
      const text = bytes.toString("latin1");
      const end = text.indexOf(HEAD_END);
      head = end === -1 ? head + text : text.slice(0, end) + HEAD_END;
      if (end === -1) return true;
      if (!head.startsWith("HTTP/1.1 101")) reject(new Error(`A viewer was refused: ${head.split("\r\n")[0]}`));
      socket.write(maskedText(JSON.stringify({ type: "log.subscribe", containerId, tail: 0 })));
      count(bytes.subarray(end + HEAD_END.length));
      return true;
    };
    const socket = connect({
      host: "127.0.0.1",
      port: Number(port),
      // One buffer for all reads: nothing is kept, so nothing has to be collected.
      onread: { buffer: Buffer.allocUnsafe(READ_BYTES), callback: take },
    });
    socket.on("error", reject);
    // The bench ends its viewers before the server: whoever is cut off earlier says so, and with it this process ends.
    socket.on("close", () => {
      throw new Error("The server cut a viewer off.");
    });
    socket.on("connect", () => {
      const key = randomBytes(16).toString("base64");
      const fields = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
      const lines = ["GET /ws/client HTTP/1.1", "Host: 127.0.0.1", ...fields, `Sec-WebSocket-Key: ${key}`];
      socket.write(`${lines.join("\r\n")}${HEAD_END}`);
    });
  });

let reported = 0;
let viewers: readonly FrameCounter[] = [];
let isQueued = false;
const report = (): void => {
  isQueued = false;
  const slowest = Math.min(...viewers.map(({ frames }) => frames));
  if (slowest === reported) return;
  reported = slowest;
  process.send?.(slowest);
};
const changed = (): void => {
  if (isQueued || viewers.length === 0) return;
  isQueued = true;
  setImmediate(report);
};

viewers = await Promise.all(Array.from({ length: Number(count) }, () => openViewer(changed)));
process.send?.("open");

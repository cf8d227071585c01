/** A simulated agent: one container's frames of 50 lines, sent as fast as the slowest viewer takes them. */
import { once } from "node:events";
import type { Hello } from "@yardarm/protocol/agent-up/hello";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { encodeCursorFrame, FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import { WebSocket } from "ws";
import { LINE_BYTES } from "../docker/numbered-line.ts";
import { AGENT_PATH } from "./fanout-container.ts";

export const LINES_PER_FRAME = 50;
/** Frames on their way: enough for a full pipe, less than makes a viewer's queue drop. */
const MOST_UNDER_WAY = 128;
/** An agent's window is 8 MiB; a cursor after this many frames keeps well within it. */
const FRAMES_PER_CURSOR = 64;
const FIRST_SEQ_AT = FRAME_PREFIX_BYTES + 8;

const HELLO: Hello = {
  type: "hello",
  protocol: { min: 1, max: 1 },
  agentVersion: "0.0.0",
  sessionNonce: Buffer.alloc(32).toString("base64url"),
  machine: { hostname: "bench", os: "", kernel: "", arch: "", cpus: 1, memoryBytes: 0 },
  engine: { state: "connected", kind: "docker", version: "", apiVersion: "1.41", simulated: true },
  metricsBackend: null,
  clockNs: "0",
  witness: null,
};

const encodeFrame = (alias: number): Buffer => {
  const encoder = new BatchEncoder();
  const text = Buffer.from(
    "INFO request finished id=0123456789abcdef path=/api/v1/orders status=200 ms=12".padEnd(LINE_BYTES, "x"),
  );
  for (let line = 0; line < LINES_PER_FRAME; line++)
    encoder.append(1_700_000_000, line * 1000, 6, text, 0, text.length);
  const frame = encoder.finish(0, { prefixBytes: FRAME_PREFIX_BYTES });
  writeFramePrefix(frame, FRAME_LOG_BATCH, alias);
  return Buffer.from(frame.buffer, frame.byteOffset, frame.length);
};

export class Feeder {
  readonly #socket: WebSocket;
  readonly #alias: number;
  readonly #frame: Buffer;
  #sent = 0;
  #taken = 0;
  #goal = 0;
  #reached: () => void = () => {};

  private constructor(socket: WebSocket, alias: number) {
    this.#socket = socket;
    this.#alias = alias;
    this.#frame = encodeFrame(alias);
  }

  /** Connects as an agent would, once somebody is let in without proof, and is assigned the container. */
  static async connect(port: number): Promise<Feeder> {
    const headers = { authorization: "Bearer none" };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${AGENT_PATH}`, { headers, perMessageDeflate: false });
    const { promise: assigned, resolve, reject } = Promise.withResolvers<number>();
    socket.on("close", (code, reason) => reject(new Error(`The feeder was cut off: ${code} ${reason.toString()}`)));
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; streams?: { alias: number }[] };
      if (message.type === "log.assign") resolve(message.streams?.[0]?.alias ?? 0);
    });
    await once(socket, "open");
    socket.send(JSON.stringify(HELLO));
    return new Feeder(socket, await assigned);
  }

  get frameBytes(): number {
    return this.#frame.length;
  }

  /** Even the slowest viewer has this many frames now. */
  taken(frames: number): void {
    this.#taken = frames;
    this.#pump();
  }

  /** Sends `count` more frames and resolves when every viewer has them. */
  feed(count: number): Promise<void> {
    this.#goal = this.#sent + count;
    return new Promise((resolve) => {
      this.#reached = resolve;
      this.#pump();
    });
  }

  close(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.terminate();
  }

  #pump(): void {
    while (this.#sent < this.#goal && this.#sent - this.#taken < MOST_UNDER_WAY) {
      const firstSeq = this.#sent * LINES_PER_FRAME;
      this.#frame.writeUInt32LE(firstSeq, FIRST_SEQ_AT);
      // `ws` copies a client's frame while masking it, so the same buffer serves all.
      this.#socket.send(this.#frame);
      this.#sent += 1;
      if (this.#sent % FRAMES_PER_CURSOR === 0) this.#sendCursor();
    }
    if (this.#taken >= this.#goal) this.#reached();
  }

  #sendCursor(): void {
    const nextSeq = this.#sent * LINES_PER_FRAME;
    this.#socket.send(encodeCursorFrame(this.#alias, { nextSeq, tsNs: "0", ordinal: 0, tail: [] }));
  }
}

import type { AgentUp } from "@yardarm/protocol/agent-up/up";
import { ProtocolError } from "@yardarm/protocol/errors";
import { AGENT_MESSAGE_BYTES, AGENT_WINDOW_BYTES } from "@yardarm/protocol/limits";

/** What may be in the socket's own buffers: enough to fill a link, little enough that a control message soon gets through. */
const IN_FLIGHT_BYTES = 256 * 1024;
/** Control messages that wait. Beyond it the connection is given up: a new one begins with a snapshot anyway. */
const CONTROL_QUEUE_BYTES = 4 * 1024 * 1024;
/**
 * Log frames that wait. Never reached while the log manager keeps to its window (`AGENT_WINDOW_BYTES` and one frame per
 * container); beyond it the connection is given up too, because a log frame is never dropped.
 */
const FRAME_QUEUE_BYTES = 2 * AGENT_WINDOW_BYTES;

type Write = (frame: string | Uint8Array, written: () => void) => void;
type Waiting = { readonly key: string | null; readonly text: string; readonly bytes: number };

/**
 * What waits for the socket: control messages before log frames, each in order. A newer message of the same key
 * replaces the one that still waits (a heartbeat, the engine's status, a tick of metrics): its drop reason is
 * `superseded`. Everything else is delivered or the connection ends.
 */
export class SendQueue {
  readonly #write: Write;
  readonly #overflowed: () => void;
  #control: Waiting[] = [];
  #controlBytes = 0;
  #frames: Uint8Array[] = [];
  #framesBytes = 0;
  #inFlightBytes = 0;
  #whenEmpty: (() => void)[] = [];

  /** `overflowed` MUST end the connection. */
  constructor(write: Write, overflowed: () => void) {
    this.#write = write;
    this.#overflowed = overflowed;
  }

  /** Bytes that are waiting or on their way. */
  get pendingBytes(): number {
    return this.#controlBytes + this.#framesBytes + this.#inFlightBytes;
  }

  /** Throws `message_too_large` for a message that the hub would refuse. */
  send(message: AgentUp): void {
    const text = JSON.stringify(message);
    const bytes = Buffer.byteLength(text);
    if (bytes > AGENT_MESSAGE_BYTES) {
      throw new ProtocolError("message_too_large", `A message "${message.type}" of ${bytes} bytes may not be sent.`);
    }
    const waiting = { key: coalescingKey(message), text, bytes };
    const at = waiting.key === null ? -1 : this.#control.findIndex(({ key }) => key === waiting.key);
    const replaced = this.#control[at];
    if (replaced === undefined) this.#control.push(waiting);
    else this.#control[at] = waiting;
    this.#controlBytes += bytes - (replaced?.bytes ?? 0);
    this.#pump();
    if (this.#controlBytes > CONTROL_QUEUE_BYTES) this.#overflowed();
  }

  /** Takes a log frame; its bytes MUST not change afterwards. */
  sendFrame(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#framesBytes += frame.length;
    this.#pump();
    if (this.#framesBytes > FRAME_QUEUE_BYTES) this.#overflowed();
  }

  /** Resolves when everything has left the process; never when the socket dies first. */
  whenEmpty(): Promise<void> {
    if (this.pendingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #pump(): void {
    while (this.#inFlightBytes < IN_FLIGHT_BYTES) {
      const control = this.#control.shift();
      if (control !== undefined) {
        this.#controlBytes -= control.bytes;
        this.#put(control.text, control.bytes);
        continue;
      }
      const frame = this.#frames.shift();
      if (frame === undefined) return;
      this.#framesBytes -= frame.length;
      this.#put(frame, frame.length);
    }
  }

  #put(frame: string | Uint8Array, bytes: number): void {
    this.#inFlightBytes += bytes;
    this.#write(frame, () => {
      this.#inFlightBytes -= bytes;
      this.#pump();
      if (this.pendingBytes > 0) return;
      for (const resolve of this.#whenEmpty.splice(0)) resolve();
    });
  }
}

const coalescingKey = (message: AgentUp): string | null => {
  switch (message.type) {
    case "heartbeat":
    case "engine.status":
      return message.type;
    case "metrics":
      return `metrics every ${message.intervalMs} ms`;
    default:
      return null;
  }
};

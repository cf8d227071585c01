import { FRAGMENT_BYTES, type LogMessage, type LogStreamName } from "./log-message.ts";
import { repairUtf8 } from "./utf8-repair.ts";

const NEWLINE = 0x0a;
const EMPTY: Uint8Array = new Uint8Array();

/**
 * Turns the output of a process into messages the way the daemon's copier does: one per line, cut at 16,384 bytes, all
 * fragments of a line with the stamp of the first, a last line without newline only when the process has ended.
 */
export class LineCutter {
  readonly #stream: LogStreamName;
  readonly #keepsBytes: boolean;
  #open: Uint8Array = EMPTY;
  /** Stamp of the line whose fragments are being written; undefined between lines. */
  #openSinceNs: bigint | undefined;

  /** `keepsBytes`: the driver stores invalid UTF-8 as it came (`local`); json-file replaces it. */
  constructor(stream: LogStreamName, keepsBytes: boolean) {
    this.#stream = stream;
    this.#keepsBytes = keepsBytes;
  }

  /** The messages that `bytes` completes; `stampNs` is asked once per line. */
  push(bytes: Uint8Array, stampNs: () => bigint): LogMessage[] {
    const messages: LogMessage[] = [];
    let rest = this.#open.length === 0 ? bytes : Buffer.concat([this.#open, bytes]);
    for (;;) {
      const newline = rest.subarray(0, FRAGMENT_BYTES).indexOf(NEWLINE);
      if (newline >= 0) {
        messages.push(this.#message(rest.subarray(0, newline + 1), stampNs));
        this.#openSinceNs = undefined;
        rest = rest.subarray(newline + 1);
      } else if (rest.length >= FRAGMENT_BYTES) {
        messages.push(this.#message(rest.subarray(0, FRAGMENT_BYTES), stampNs));
        rest = rest.subarray(FRAGMENT_BYTES);
      } else break;
    }
    this.#open = rest.length === 0 ? EMPTY : Uint8Array.from(rest);
    return messages;
  }

  /** The process has ended: what is left is stored without a newline. */
  end(stampNs: () => bigint): LogMessage[] {
    const messages = this.#open.length === 0 ? [] : [this.#message(this.#open, stampNs)];
    this.#open = EMPTY;
    this.#openSinceNs = undefined;
    return messages;
  }

  #message(bytes: Uint8Array, stampNs: () => bigint): LogMessage {
    this.#openSinceNs ??= stampNs();
    const payload = this.#keepsBytes ? Uint8Array.from(bytes) : repairUtf8(bytes);
    return { tsNs: this.#openSinceNs, stream: this.#stream, payload };
  }
}

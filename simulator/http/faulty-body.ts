import type { ServerResponse } from "node:http";
import type { LogFault } from "../faults.ts";

const GARBAGE = Buffer.from([0xde, 0xad, 0xbe, 0xef, 0xff, 0xff, 0xff, 0xff]);

/** The body of a log answer with at most one fault in its bytes. Without a fault it is the response itself. */
export class FaultyBody {
  readonly #response: ServerResponse;
  readonly #fault: LogFault | undefined;
  #sentBytes = 0;

  constructor(response: ServerResponse, fault: LogFault | undefined) {
    this.#response = response;
    this.#fault = fault;
  }

  /** Returns true when more may follow at once; otherwise `onReady` is called when the client has taken this. */
  write(frames: readonly Buffer[], onReady: () => void): boolean {
    const bytes = frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
    const from = this.#sentBytes;
    this.#sentBytes += bytes.length;
    switch (this.#fault?.kind) {
      case "cut-log":
        if (this.#sentBytes < this.#fault.afterBytes) return this.#send(bytes, onReady);
        this.#response.write(bytes.subarray(0, this.#fault.afterBytes - from), () => this.#response.socket?.destroy());
        return false;
      case "corrupt-log": {
        const at = this.#fault.afterBytes - from;
        for (let index = Math.max(0, -at); index < GARBAGE.length && at + index < bytes.length; index++) {
          bytes[at + index] = GARBAGE[index] ?? 0;
        }
        return this.#send(bytes, onReady);
      }
      case "fragment-log":
        this.#sendPieces(bytes, this.#fault.pieceBytes, onReady);
        return false;
      default:
        return this.#send(bytes, onReady);
    }
  }

  end(): void {
    this.#response.end();
  }

  #send(bytes: Buffer, onReady: () => void): boolean {
    if (this.#response.write(bytes)) return true;
    this.#response.once("drain", onReady);
    return false;
  }

  #sendPieces(bytes: Buffer, pieceBytes: number, onReady: () => void): void {
    if (this.#response.destroyed) return;
    const rest = bytes.subarray(pieceBytes);
    const next = rest.length === 0 ? onReady : () => this.#sendPieces(rest, pieceBytes, onReady);
    this.#response.write(bytes.subarray(0, pieceBytes), () => setImmediate(next));
  }
}

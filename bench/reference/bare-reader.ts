/**
 * The reference of everything that reads logs: what Docker's follow stream gives to the barest reader. HTTP/1.0 over a
 * plain socket, so that the engine answers without chunked encoding; frames are walked, stamps skipped, nothing is kept.
 */
import { once } from "node:events";
import { connect } from "node:net";

const FRAME_HEADER_BYTES = 8;
const SPACE = 0x20;
const HEAD_END = "\r\n\r\n";

export interface BareReader {
  /** Resolves when `lines` lines were read, the writer's `ready` not counted. */
  readonly done: Promise<void>;
  close(): void;
}

export interface BareReaderOptions {
  readonly socketPath: string;
  readonly dockerId: string;
  /** Lines to read behind `ready`. */
  readonly lines: number;
  /** Called per line: its text is `bytes` from `start`, its line feed is before `end`. Without it lines are only counted. */
  readonly onLine?: (bytes: Buffer, start: number, end: number) => void;
}

/** Opens the follow and returns when the engine answers. */
export const openBareReader = async (options: BareReaderOptions): Promise<BareReader> => {
  const socket = connect(options.socketPath);
  await once(socket, "connect");
  const query = "follow=1&stdout=1&stderr=1&timestamps=1&tail=all";
  socket.write(`GET /containers/${options.dockerId}/logs?${query} HTTP/1.0\r\nHost: docker\r\n\r\n`);
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const walker = new FrameWalker(options.onLine, options.lines + 1, resolve);
  let hasHead = false;
  socket.on("data", (chunk) => {
    if (hasHead) {
      walker.feed(chunk);
      return;
    }
    const end = chunk.indexOf(HEAD_END);
    if (end === -1) return;
    hasHead = true;
    walker.feed(chunk.subarray(end + HEAD_END.length));
    answer();
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("The engine closed the bare reader's stream before its last line.")));
  done.catch(() => {}); // told to whoever waits for it
  await Promise.race([answered, done]);
  return { done, close: () => socket.destroy() };
};

class FrameWalker {
  readonly #onLine: BareReaderOptions["onLine"];
  readonly #resolve: () => void;
  #left: number;
  #isReady = false;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onLine: BareReaderOptions["onLine"], lines: number, resolve: () => void) {
    this.#onLine = onLine;
    this.#left = lines;
    this.#resolve = resolve;
  }

  feed(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + FRAME_HEADER_BYTES <= bytes.length) {
      const end = at + FRAME_HEADER_BYTES + bytes.readUInt32BE(at + 4);
      if (end > bytes.length) break;
      if (this.#isReady) this.#onLine?.(bytes, bytes.indexOf(SPACE, at + FRAME_HEADER_BYTES) + 1, end);
      this.#isReady = true;
      this.#left -= 1;
      at = end;
    }
    this.#rest = bytes.subarray(at);
    if (this.#left <= 0) this.#resolve();
  }
}

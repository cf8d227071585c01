/** The head of an HTTP/1.x response, cut incrementally off the front of a byte stream. */

export type ResponseHead = {
  readonly status: number;
  /** Names in lower case; of repeated headers the last one counts. */
  readonly headers: Readonly<Record<string, string>>;
};

export type HeadProgress =
  | { readonly state: "incomplete" }
  | { readonly state: "complete"; readonly head: ResponseHead; readonly rest: Buffer }
  | { readonly state: "malformed"; readonly problem: string };

const HEAD_BYTES = 64 * 1024;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |$)/;

export class ResponseHeadParser {
  #received: Buffer = Buffer.alloc(0);

  /** Takes the next bytes. After `complete`, `rest` is the beginning of the body; nothing more may be fed. */
  feed(bytes: Buffer): HeadProgress {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const end = this.#received.indexOf("\r\n\r\n");
    if (end === -1) {
      return this.#received.length > HEAD_BYTES
        ? { state: "malformed", problem: "its head is too long" }
        : { state: "incomplete" };
    }
    const [statusLine = "", ...lines] = this.#received.toString("latin1", 0, end).split("\r\n");
    const match = STATUS_LINE.exec(statusLine);
    if (match === null) return { state: "malformed", problem: "it does not speak HTTP" };
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    return { state: "complete", head: { status: Number(match[1]), headers }, rest: this.#received.subarray(end + 4) };
  }
}

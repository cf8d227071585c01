/** Cuts a byte stream into JSON values, one per line, however the bytes arrive. */

const LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

export class JsonLines {
  #pieces: Buffer[] = [];
  #pendingBytes = 0;
  #isOverlong = false;

  /**
   * The values that `chunk` completes, in order. Empty lines, lines that are not JSON and lines above 1 MiB yield
   * nothing: one bad record must not cost those behind it.
   */
  feed(chunk: Buffer): unknown[] {
    const values: unknown[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#takeLine(values);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return values;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0 || this.#isOverlong) return;
    this.#pendingBytes += piece.length;
    this.#pieces.push(piece);
    if (this.#pendingBytes <= LINE_BYTES) return;
    this.#isOverlong = true;
    this.#pieces = [];
  }

  #takeLine(values: unknown[]): void {
    const text = Buffer.concat(this.#pieces).toString("utf8").trim();
    this.#pieces = [];
    this.#pendingBytes = 0;
    this.#isOverlong = false;
    if (text === "") return;
    try {
      values.push(JSON.parse(text));
    } catch {
      // Left out on purpose, see above.
    }
  }
}

import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

const FRAGMENT_BYTES = 16_384;
const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text as the driver writes it: control characters, HTML's and U+2028 escaped, what is not UTF-8 replaced. */
const escapeText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that the driver escapes
  text.replace(/[\u0000-\u001f"\\<>&\u2028\u2029\ufffd]/g, (character) => {
    const unit = character.charCodeAt(0).toString(16).padStart(4, "0");
    return ESCAPES[character] ?? `\\u${unit}`;
  });

/** RFC 3339 as the driver writes it: trailing zeros of the fraction are left out. */
const trimmedStamp = (tsNs: bigint): string => {
  const seconds = new Date(Number(tsNs / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  const fraction = String(tsNs % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${seconds}${fraction === "" ? "" : `.${fraction}`}Z`;
};

/** A container's log files, written and rotated as the engine's json-file driver does it. */
export class JsonFileLog {
  readonly directory: string;
  readonly fileName: string;
  readonly #attributes: string;
  #lastNs = 0n;

  /** Below the engine's root directory, which exists. */
  constructor(rootDirectory: string, dockerId: string, attributes?: Readonly<Record<string, string>>) {
    this.directory = path.join(rootDirectory, "containers", dockerId);
    this.fileName = `${dockerId}-json.log`;
    this.#attributes = attributes === undefined ? "" : `"attrs":${JSON.stringify(attributes)},`;
    mkdirSync(this.directory, { recursive: true });
    appendFileSync(this.path, "");
  }

  get path(): string {
    return path.join(this.directory, this.fileName);
  }

  /** Every line becomes one entry, a long one several; the bytes need not be UTF-8. */
  write(stream: "stdout" | "stderr", text: string | Uint8Array, tsNs?: bigint): void {
    const bytes = Buffer.from(text as string);
    const entries: string[] = [];
    for (let start = 0; start < bytes.length; ) {
      const lineFeed = bytes.indexOf(0x0a, start);
      const end = lineFeed === -1 ? bytes.length : lineFeed + 1;
      this.#lastNs = tsNs ?? this.#nextStamp();
      for (let at = start; at < end; at += FRAGMENT_BYTES) {
        // The line feed itself makes no fragment of its own.
        const isLast = end - at <= FRAGMENT_BYTES + (lineFeed === -1 ? 0 : 1);
        const stop = isLast ? end : at + FRAGMENT_BYTES;
        entries.push(this.#entry(stream, bytes.toString("utf8", at, stop), this.#lastNs));
        if (isLast) break;
      }
      start = end;
    }
    this.writeRaw(entries.join(""));
  }

  /** Puts bytes into the file that the driver would not. */
  writeRaw(bytes: string | Uint8Array): void {
    const fd = openSync(this.path, "a");
    writeSync(fd, Buffer.from(bytes as string));
    closeSync(fd);
  }

  /** As the driver does it with `max-file`; with 1 it still keeps one old file. */
  rotate({ maxFiles = 3, isCompressed = false } = {}): void {
    const suffix = isCompressed ? ".gz" : "";
    const nameOf = (age: number): string => `${this.path}.${age}${suffix}`;
    const oldest = Math.max(1, maxFiles - 1);
    rmSync(nameOf(oldest), { force: true });
    for (let age = oldest; age > 1; age--) {
      if (existsSync(nameOf(age - 1))) renameSync(nameOf(age - 1), nameOf(age));
    }
    renameSync(this.path, `${this.path}.1`);
    writeFileSync(this.path, "");
    if (isCompressed) this.#compress();
  }

  /** The header carries the last line's time, as the driver writes it. */
  #compress(): void {
    const zipped = gzipSync(readFileSync(`${this.path}.1`));
    const extra = Buffer.from(JSON.stringify({ lastTime: trimmedStamp(this.#lastNs) }));
    const head = Buffer.from(zipped.subarray(0, 10));
    head.writeUInt8(0x04, 3);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(extra.length);
    writeFileSync(`${this.path}.1.gz`, Buffer.concat([head, length, extra, zipped.subarray(10)]));
    rmSync(`${this.path}.1`);
  }

  #entry(stream: string, text: string, tsNs: bigint): string {
    return `{"log":"${escapeText(text)}","stream":"${stream}",${this.#attributes}"time":"${trimmedStamp(tsNs)}"}\n`;
  }

  #nextStamp(): bigint {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    return nowNs > this.#lastNs ? nowNs : this.#lastNs + 1_000n;
  }
}

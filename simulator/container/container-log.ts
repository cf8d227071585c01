import { LineCutter } from "../logs/line-cutter.ts";
import type { LogMessage, LogStreamName } from "../logs/log-message.ts";
import { type LogHistory, LogStore } from "../logs/log-store.ts";
import type { ContainerLogSpec } from "./container-spec.ts";

const DEFAULT_MAX_BYTES = 256 * 1024;
/** Measured on 20.10.24: 60 rotations of 1,000 lines each repeated about 300. */
const MEASURED_REPEAT_SHARE = 0.3;
const STREAMS: readonly LogStreamName[] = ["stdout", "stderr"];
const encoder = new TextEncoder();

/** The output of one container: cut into messages, stamped and stored. Costs nothing until something is written or read. */
export class ContainerLog {
  readonly #spec: ContainerLogSpec;
  readonly #tty: boolean;
  readonly #nowNs: () => bigint;
  readonly #cutters = new Map<LogStreamName, LineCutter>();
  #store: LogStore | undefined;
  #lastStampNs = 0n;

  constructor(spec: ContainerLogSpec, options: { readonly tty: boolean; readonly nowNs: () => bigint }) {
    this.#spec = spec;
    this.#tty = options.tty;
    this.#nowNs = options.nowNs;
  }

  get store(): LogStore {
    this.#store ??= new LogStore({
      maxBytes: this.#spec.maxBytes ?? DEFAULT_MAX_BYTES,
      maxFiles: this.#spec.maxFiles ?? 1,
      repeatShare: this.#spec.repeatShare ?? MEASURED_REPEAT_SHARE,
      ...(this.#spec.maxFileBytes === undefined ? {} : { maxFileBytes: this.#spec.maxFileBytes }),
      ...(this.#spec.history === undefined
        ? {}
        : { history: this.#tty ? onTerminal(this.#spec.history) : this.#spec.history }),
    });
    return this.#store;
  }

  get isReadable(): boolean {
    return (this.#spec.driver ?? "json-file") !== "none";
  }

  /** Writes whole lines; a missing final newline is added. `tsNs` stamps all of them, as it is. */
  write(stream: LogStreamName, text: string, tsNs?: bigint): void {
    this.writeRaw(stream, encoder.encode(text.endsWith("\n") ? text : `${text}\n`), tsNs);
  }

  /** Writes as a process does: what follows the last newline waits for the rest of its line, or for the end. */
  writeRaw(stream: LogStreamName, bytes: Uint8Array, tsNs?: bigint): void {
    const shown = this.#tty
      ? Buffer.from(Buffer.from(bytes).toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1")
      : bytes;
    this.#append(this.#cutter(this.#tty ? "stdout" : stream).push(shown, () => tsNs ?? this.#stampNs()));
  }

  /** The main process has ended: open lines are stored as they are, and follows end. */
  end(): void {
    for (const stream of STREAMS) this.#append(this.#cutters.get(stream)?.end(() => this.#stampNs()) ?? []);
    this.#store?.endFollows();
  }

  #append(messages: readonly LogMessage[]): void {
    for (const message of messages) this.store.append(message);
  }

  #cutter(stream: LogStreamName): LineCutter {
    const known = this.#cutters.get(stream);
    if (known !== undefined) return known;
    const cutter = new LineCutter(stream, this.#spec.driver === "local");
    this.#cutters.set(stream, cutter);
    return cutter;
  }

  /** Now, but always later than the stamp before: a clock that stands still MUST NOT make lines equal. */
  #stampNs(): bigint {
    const nowNs = this.#nowNs();
    this.#lastStampNs = nowNs > this.#lastStampNs ? nowNs : this.#lastStampNs + 1n;
    return this.#lastStampNs;
  }
}

/** Lines as they come out of a terminal: all on stdout, ending with CR LF. */
const onTerminal = (history: LogHistory): LogHistory => ({
  ...history,
  line: (index) => {
    const line = history.line(index);
    return { ...line, stream: "stdout", text: `${line.text}\r` };
  },
});

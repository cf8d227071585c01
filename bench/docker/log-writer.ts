/**
 * Runs inside a container as its only process: says `ready`, waits for SIGUSR2, writes LINES numbered lines of LINE_BYTES
 * each (line feed included) and ends. Every line begins with a stamp of the machine's monotonic clock, which is the same
 * in every process and container: `<15 digits of microseconds> <10 digits of number> <text>`.
 *
 *   RATE=0  as fast as stdout takes it, in writes of about 64 KB; stamped once per write
 *   RATE=n  n lines per second; those of one millisecond in one write, as buffering loggers do; stamped just before it
 */
import { writeSync } from "node:fs";

const lines = Number(process.env.LINES);
const lineBytes = Number(process.env.LINE_BYTES);
const rate = Number(process.env.RATE);

const STDOUT = 1;
const TEMPLATES = 512;
const STAMP_DIGITS = 15;
const NUMBER_AT = STAMP_DIGITS + 1;
const NUMBER_DIGITS = 10;
const TEXT_AT = NUMBER_AT + NUMBER_DIGITS + 1;

/** Line after line in one buffer, complete but for stamp and number; the text is as random as that of real services. */
const buildTemplates = (): Buffer => {
  let state = 0x2545f491;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const line = (): string => {
    const id = `${random().toString(16).padStart(8, "0")}${random().toString(16).padStart(8, "0")}`;
    const path = `/api/v1/orders/${random() % 100_000}`;
    const text = `INFO request finished id=${id} path=${path} status=200 bytes=${random() % 50_000} ms=${random() % 900} `;
    return `${"0".repeat(STAMP_DIGITS)} ${"0".repeat(NUMBER_DIGITS)} ${text}`
      .padEnd(lineBytes - 1, "x")
      .slice(0, lineBytes - 1);
  };
  return Buffer.from(`${Array.from({ length: TEMPLATES }, line).join("\n")}\n`);
};

const templates = buildTemplates();

const putDigits = (value: number, at: number, digits: number): void => {
  let left = value;
  for (let index = at + digits - 1; index >= at; index--) {
    templates[index] = 48 + (left % 10);
    left = Math.floor(left / 10);
  }
};

const monotonicUs = (): number => {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanos / 1000);
};

/** A pipe takes what fits; stdout is blocking here, so the rest follows. */
const writeAll = (start: number, end: number): void => {
  let at = start;
  while (at < end) at += writeSync(STDOUT, templates, at, end - at);
};

/** Numbers and stamps `count` templates, the first of which gets `first`, and writes them at once. */
const writeLines = (first: number, count: number): void => {
  const stampUs = monotonicUs();
  const slot = first % TEMPLATES;
  for (let index = 0; index < count; index++) {
    const at = (slot + index) * lineBytes;
    putDigits(stampUs, at, STAMP_DIGITS);
    putDigits(first + index, at + NUMBER_AT, NUMBER_DIGITS);
  }
  writeAll(slot * lineBytes, (slot + count) * lineBytes);
};

const flood = (): void => {
  for (let first = 0; first < lines; first += TEMPLATES) writeLines(first, Math.min(TEMPLATES, lines - first));
};

const pace = (): void => {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const beganUs = monotonicUs();
  let written = 0;
  while (written < lines) {
    const due = Math.min(lines, Math.floor(((monotonicUs() - beganUs) * rate) / 1e6) + 1);
    while (written < due) {
      const count = Math.min(due - written, TEMPLATES - (written % TEMPLATES));
      writeLines(written, count);
      written += count;
    }
    if (written < lines) Atomics.wait(sleeper, 0, 0, 1);
  }
};

if (templates.length !== TEMPLATES * lineBytes || TEXT_AT >= lineBytes) throw new Error("LINE_BYTES is out of range.");

process.once("SIGUSR2", () => {
  if (rate === 0) flood();
  else pace();
  process.exit(0);
});
// The engine sends the signal; until then something has to keep this process alive.
setInterval(() => {}, 1_000);
writeSync(STDOUT, "ready\n");

import { expect, test } from "vitest";
import { FirstContact } from "./first-contact.ts";
import type { LogRead, LogSource, MessageReader } from "../log-source.ts";
import { PageReading } from "../read-through/read-through-page.ts";

const LINES = ["first", "second", "third"];

/** Line after line in the same bytes, as a source reads them. */
const oneAfterTheOther = (take: (bytes: Buffer, length: number) => void): void => {
  const bytes = Buffer.alloc(64);
  for (const line of LINES) take(bytes, bytes.write(`${line}\n`));
  bytes.fill("#");
};
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test("[LOGS-01] lines that are held until the first contact is over keep their text, though their bytes are written again", () => {
  const texts: string[] = [];
  const contact = new FirstContact({
    ...{ enrolledAtNs: 10_000_000_000n, isWindow: false, onOlder: () => {} },
    sink: { line: (_flags, _seconds, _nanos, text, start, end) => texts.push(textOf(text.subarray(start, end))) },
  });
  oneAfterTheOther((bytes, length) => contact.line(0, 1, 0, bytes, 0, length - 1, 0));
  contact.release();
  expect(texts).toEqual(LINES);
});

test("[LOGS-15] lines of a page keep their text, though their bytes are written again", async () => {
  const source: LogSource = {
    kind: "file",
    followsRotation: true,
    open: (_read: LogRead, reader: MessageReader) => {
      queueMicrotask(() => {
        oneAfterTheOther((bytes, length) => reader.message(0, 1, 0, bytes, 0, length));
        reader.ended({ kind: "complete" });
      });
      return { pause: () => {}, resume: () => {}, containerStopped: () => {}, position: () => null, close: () => {} };
    },
  };
  const page = new PageReading({
    ...{ source, from: { kind: "beginning" }, before: [], maxLines: 10, redaction: null },
    container: {} as LogRead["container"],
  });
  const result = await page.result;
  expect(result.kind === "read" && result.lines.map(({ text }) => textOf(text))).toEqual(LINES);
});

import type { LogReading } from "../logs/query/log-queries.ts";

/** A log as the body of an answer: pieces are read as the client takes them, and no sooner. */
export interface LogAnswerOptions {
  readonly reading: LogReading;
  /** Ends the reading's waiting; called when the client is gone. */
  readonly abort: () => void;
  readonly format: "text" | "ndjson";
  /** A file of this name; `null`: shown where it was asked for. */
  readonly fileName: string | null;
  readonly isCompressed: boolean;
  /** False for a log that goes on: its first line may be long in coming. */
  readonly hasEnd: boolean;
  /** Asked before each piece is sent; throws when the reader may no longer read. */
  readonly check: () => Promise<void>;
}

const TYPES = { text: "text/plain; charset=utf-8", ndjson: "application/x-ndjson" } as const;

/**
 * Answers with a log. What fails before the first piece is an error document; afterwards it breaks the answer off, so that nobody
 * takes a part for the whole.
 */
export const logAnswer = async (options: LogAnswerOptions): Promise<Response> => {
  const { reading, format, fileName, isCompressed } = options;
  const headers = new Headers({ "cache-control": "no-store", "content-type": TYPES[format] });
  if (reading.lineCount !== null) headers.set("x-yardarm-lines", String(reading.lineCount));
  if (fileName !== null) headers.set("content-disposition", `attachment; filename="${fileName}"`);
  if (isCompressed) headers.set("content-type", "application/gzip");
  const body = await bodyOf(options);
  return new Response(isCompressed ? body.pipeThrough(new CompressionStream("gzip")) : body, { headers });
};

const bodyOf = async ({
  reading,
  abort,
  hasEnd,
  check,
}: LogAnswerOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> => {
  const { pieces } = reading;
  const leave = async (): Promise<void> => {
    abort();
    await pieces.return();
    reading.close();
  };
  let first: Awaited<ReturnType<typeof pieces.next>> | null = null;
  try {
    if (hasEnd) first = await pieces.next();
  } catch (error) {
    await leave();
    throw error;
  }
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = first ?? (await pieces.next());
          first = null;
          if (done === true) {
            controller.close();
            return;
          }
          await check();
          controller.enqueue(value.bytes);
        } catch (error) {
          await leave();
          controller.error(error);
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
};

/** A name that every file system takes and no header breaks on. */
export const logFileName = (
  containerName: string,
  {
    format,
    isCompressed,
    at,
  }: { readonly format: "text" | "ndjson"; readonly isCompressed: boolean; readonly at: Date },
): string => {
  const name =
    containerName
      .replace(/[^A-Za-z0-9._-]+/g, "_")
      .replace(/^[._-]+/, "")
      .slice(0, 80) || "container";
  const stamp = at.toISOString().slice(0, 19).replaceAll(/[:-]/g, "");
  return `${name}-${stamp}Z.${format === "text" ? "log" : "ndjson"}${isCompressed ? ".gz" : ""}`;
};

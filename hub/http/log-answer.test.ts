import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { ndjsonLineSchema } from "@yardarm/protocol/api/log-line";
import { asId, type ContainerId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { describe, expect, test } from "vitest";
import { LogQueries, type LogReading } from "../logs/query/log-queries.ts";
import { EVERY_LINE } from "../logs/query/scan/line-filter.ts";
import { ScanPool } from "../logs/query/scan/scan-pool.ts";
import { SqliteLogStore } from "../logs/sqlite/sqlite-log-store.ts";
import { logAnswer } from "./log-answer.ts";

/** A log as an answer: whole, broken off, left by its reader, and with a file missing under it. */

const DAY_MS = 24 * 3_600_000;
const LINES = 100;
const ORG = asId<OrgId>("org_0000000000aa");
const CONTAINER = asId<ContainerId>("ctr_0000000000aa");
const options = { format: "ndjson", fileName: null, hasEnd: true, check: async () => {} } as const;

const readingOf = (source: () => AsyncGenerator<string>) => {
  const events: string[] = [];
  async function* pieces(): AsyncGenerator<{ bytes: Uint8Array<ArrayBuffer>; lines: number }, void, void> {
    try {
      for await (const text of source()) yield { bytes: new Uint8Array(Buffer.from(text)), lines: 1 };
    } finally {
      events.push("left");
    }
  }
  const reading: LogReading = { lineCount: null, pieces: pieces(), close: () => events.push("closed") };
  return { reading, events, abort: () => events.push("aborted") };
};

describe("[LOGS-06] an answer that breaks off", () => {
  async function* broken(): AsyncGenerator<string> {
    yield "one\n";
    yield "two\n";
    throw new Error("the store went away");
  }

  test.each([true, false])("is no whole one (compressed: %s), and everything is let go", async (isCompressed) => {
    const { reading, events, abort } = readingOf(broken);
    const response = await logAnswer({ ...options, reading, abort, isCompressed });
    await expect(response.arrayBuffer()).rejects.toThrow("the store went away");
    expect(events.toSorted()).toEqual(["aborted", "closed", "left"]);
  });

  test("before its first byte is an error, not an answer", async () => {
    const { reading, events, abort } = readingOf(async function* () {
      yield await Promise.reject<string>(new Error("no such expression"));
    });
    await expect(logAnswer({ ...options, reading, abort, isCompressed: true })).rejects.toThrow("no such expression");
    expect(events.toSorted()).toEqual(["aborted", "closed", "left"]);
  });

  test.each([true, false])("because its reader left lets everything go (compressed: %s)", async (isCompressed) => {
    const { reading, events, abort } = readingOf(async function* () {
      for (;;) yield "again and again\n".repeat(1_000);
    });
    const response = await logAnswer({ ...options, reading, abort, isCompressed });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    // Through the compression it takes a moment.
    await waitUntil("everything to be let go", async () => events.length === 3);
    expect(events.toSorted()).toEqual(["aborted", "closed", "left"]);
  });
});

describe("[LOGS-06] a file that is missing under a download", () => {
  /** A store of three days; the files of `missing` are gone. */
  const download = async (missing: readonly number[]) => {
    await using home = await makeTempDir("answer");
    let nowMs = Date.UTC(2026, 0, 2);
    const after = (_: number, task: () => void) => {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    };
    const open = () => new SqliteLogStore({ directory: home.path, nowMs: () => nowMs, after });
    const before = open();
    for (let day = 0; day < 3; day++) {
      const encoder = new BatchEncoder();
      const text = Buffer.from("a line");
      for (let line = 0; line < LINES; line++) encoder.append(nowMs / 1000, line, 0, text, 0, text.length);
      const cursor = { nextSeq: (day + 1) * LINES, tsNs: `${nowMs}000000`, ordinal: 0, tail: [] };
      const firstSeq = day * LINES;
      await before.append({
        orgId: ORG,
        containerId: CONTAINER,
        firstSeq,
        batches: [encoder.finish(firstSeq)],
        cursor,
      });
      nowMs += DAY_MS;
    }
    await before.close();
    const files = readdirSync(path.join(home.path, ORG))
      .filter((name) => name.endsWith(".db"))
      .toSorted();
    for (const day of missing) rmSync(path.join(home.path, ORG, files[day] ?? "none"));
    const store = open();
    const pool = new ScanPool({ after: () => () => {}, report: (error) => expect.unreachable(String(error)) });
    try {
      const live = { follow: () => expect.unreachable("nobody follows") };
      const queries = new LogQueries({ logs: store, pool, nowMs: () => 0, live });
      const { signal } = new AbortController();
      const reading = await queries.read({
        ...{ orgId: ORG, containerIds: [CONTAINER], filter: EVERY_LINE, tail: null, kind: "ndjson" },
        ...{ follow: false, signal },
      });
      const response = await logAnswer({ ...options, reading, abort: () => {}, isCompressed: true });
      const lines = gunzipSync(Buffer.from(await response.arrayBuffer()))
        .toString()
        .split("\n")
        .slice(0, -1);
      return lines.map((line) => ndjsonLineSchema.parse(JSON.parse(line)));
    } finally {
      await pool.close();
      await store.close();
    }
  };

  test("in the middle is said in the place of its lines", async () => {
    const lines = await download([1]);
    expect(lines).toHaveLength(2 * LINES + 1);
    expect(lines[LINES]).toMatchObject({ seq: 2 * LINES - 1, loss: { reason: "source_error", lines: LINES } });
  });

  test("is nothing to be said of at the beginning: the log begins later", async () => {
    const lines = await download([0]);
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 2 * LINES }, (_, index) => LINES + index));
  });
});

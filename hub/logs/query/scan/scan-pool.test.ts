import { asId, type ContainerId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { createRandom } from "@yardarm/testkit/random";
import { describe, expect, test } from "vitest";
import type { StoredChunk } from "../../log-chunk.ts";
import { PACK_BATCH } from "../../pack-codec.ts";
import { EVERY_LINE, type LineFilter } from "./line-filter.ts";
import { ScanPool } from "./scan-pool.ts";

const ORG = asId<OrgId>("org_0000000000aa");
const OTHER_ORG = asId<OrgId>("org_0000000000bb");
const CONTAINER = asId<ContainerId>("ctr_0000000000aa");

const chunkOf = (lines: readonly string[]): StoredChunk => {
  const encoder = new BatchEncoder();
  for (const line of lines) encoder.append(1_780_000_000, 0, 0, Buffer.from(line), 0, Buffer.byteLength(line));
  const body = encoder.finish(0);
  return {
    ...{ containerId: CONTAINER, firstSeq: 0, endSeq: lines.length, minTsNs: 0n, maxTsNs: 0n, levelMask: 1 },
    ...{ rawBytes: body.length, wanted: { fromSeq: 0, endSeq: lines.length }, codec: PACK_BATCH, body },
  };
};
const regex = (source: string): LineFilter => ({
  ...EVERY_LINE,
  pattern: { kind: "regex", source, isCaseSensitive: true },
});
/** Even in linear time it costs much at every byte of these lines. */
const COSTLY = "\\B(?:a[ab]{0,500}|b[ab]{0,400})\\B[^ab]";
const random = createRandom(1);
const costlyLines = (count: number): readonly string[] =>
  Array.from({ length: count }, () => Array.from({ length: 16_384 }, () => random.pick(["a", "b"])).join(""));

const realAfter = (ms: number, task: () => void): (() => void) => {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
};
const openPool = (options: Partial<ConstructorParameters<typeof ScanPool>[0]> = {}) => {
  const reports: unknown[] = [];
  const pool = new ScanPool({ after: realAfter, report: (error) => reports.push(error), ...options });
  return Object.assign(pool, { reports, [Symbol.asyncDispose]: () => pool.close() });
};
const seqs = { kind: "seqs", limit: 10 } as const;

describe("[LOGS-11] scans in threads", () => {
  test("an expression that never ends has its thread ended, and nobody else's", async () => {
    // The one clock of this test: the thread is ended as soon as it has the task.
    const begun = Promise.withResolvers<() => void>();
    await using pool = openPool({
      threads: 1,
      after: (_, task) => {
        begun.resolve(task);
        return () => {};
      },
    });
    const costly = pool.open(ORG, regex(COSTLY));
    const cheap = pool.open(OTHER_ORG, regex("fine"));
    const refused = costly.run<"seqs">(seqs, [chunkOf(costlyLines(30))]).catch((error: unknown) => error);
    const answered = cheap.run<"seqs">(seqs, [chunkOf(["fine", "no", "fine too"])]);
    const kill = await begun.promise;
    kill();
    expect(await refused).toMatchObject({ code: "pattern_too_costly" });
    expect([...(await answered).result.seqs]).toEqual([2, 0]);
    expect(pool.reports).toEqual([]);
  });

  test("an expression that takes too long stops by itself, between lines", async () => {
    // Nothing ends the thread.
    await using pool = openPool({ patternMs: 1, after: () => () => {} });
    const scan = pool.open(ORG, regex(COSTLY));
    await expect(scan.run<"seqs">(seqs, [chunkOf(costlyLines(2))])).rejects.toMatchObject({
      code: "pattern_too_costly",
    });
  });

  test("an expression that is none is refused before any line is read", async () => {
    await using pool = openPool();
    await expect(pool.open(ORG, regex("a[")).run<"first">({ kind: "first" }, [])).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  test("a damaged chunk is named, and the rest is read", async () => {
    await using pool = openPool();
    const good = chunkOf(["one", "two"]);
    const bad = { ...chunkOf(["three"]), body: new Uint8Array(60) };
    const { result, unreadable } = await pool.open(ORG, EVERY_LINE).run<"seqs">(seqs, [bad, good]);
    expect([...result.seqs]).toEqual([1, 0]);
    expect(unreadable).toMatchObject([{ containerId: CONTAINER, firstSeq: 0, endSeq: 1 }]);
  });

  test("orgs take turns: one that asks for much does not keep another waiting", async () => {
    await using pool = openPool({ threads: 1 });
    const order: string[] = [];
    const ask = (orgId: OrgId, name: string): Promise<unknown> =>
      pool
        .open(orgId, EVERY_LINE)
        .run<"seqs">(seqs, [chunkOf(["line"])])
        .then(() => order.push(name));
    const asked = ["a1", "a2", "a3", "a4"].map((name) => ask(ORG, name));
    await Promise.all([...asked, ask(OTHER_ORG, "b")]);
    expect(order.indexOf("b")).toBeLessThan(3);
  });

  test("readings are bounded per org, and a closed one makes room", async () => {
    await using pool = openPool();
    const scans = Array.from({ length: 32 }, () => pool.open(ORG, EVERY_LINE));
    expect(() => pool.open(ORG, EVERY_LINE)).toThrow(expect.objectContaining({ code: "too_many_streams" }));
    pool.open(OTHER_ORG, EVERY_LINE).close();
    scans[0]?.close();
    scans[0]?.close();
    pool.open(ORG, EVERY_LINE);
    expect(() => pool.open(ORG, EVERY_LINE)).toThrow();
  });

  test("what waits for a reading that was given up is not done", async () => {
    await using pool = openPool({ threads: 1 });
    const first = pool.open(ORG, EVERY_LINE);
    const second = pool.open(ORG, EVERY_LINE);
    const running = first.run<"seqs">(seqs, [chunkOf(["line"])]);
    const waiting = second.run<"seqs">(seqs, [chunkOf(["line"])]).catch((error: unknown) => error);
    second.close();
    expect(await waiting).toMatchObject({ code: "draining" });
    expect([...(await running).result.seqs]).toEqual([0]);
    await expect(second.run<"seqs">(seqs, [])).rejects.toMatchObject({ code: "draining" });
  });
});

/**
 * `npm run chaos -- store --kills N --seed S [--database postgres]`: the log store's process is killed (SIGKILL) N times while it commits
 * and compacts. Every line that was acknowledged must be there, once, as it was written.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom, type Random } from "@yardarm/testkit/random";
import { openChunk } from "../../hub/logs/log-chunk.ts";
import { after } from "../../hub/timers.ts";
import { startChild } from "../process/child.ts";
import type { ChaosOptions, ChaosOutcome } from "./chaos.ts";
import { CONTAINERS, lineOf, ORG } from "./store/known-lines.ts";
import { makePlace, openStore, PLACE_VARIABLE, type StorePlace } from "./store/store-place.ts";
import type { WriterMessage } from "./store/writer-main.ts";

const WRITER = new URL("./store/writer-main.ts", import.meta.url).pathname;
const DEFAULT_KILLS = 200;
const START_MS = Date.UTC(2026, 0, 2, 12);
const HOUR_MS = 3_600_000;
/** Everything is read back after so many kills, and at the end. */
const KILLS_PER_READING = 20;
const LONGEST_LIFE_MS = 300;

export type StoreChaosOptions = Pick<ChaosOptions, "seed" | "progress" | "kills" | "database">;

interface Findings {
  lost: number;
  doubled: number;
  /** Rows joined in all lives together. */
  compactions: number;
  lines: number;
  chunks: number;
}

/** One life of the writer: until it has acknowledged and compacted something, then a random time more, in which it does both all the time. */
const liveAndDie = async (
  place: StorePlace,
  { random, nowMs, acknowledged }: { readonly random: Random; readonly nowMs: number; readonly acknowledged: number[] },
): Promise<{ readonly compactions: number }> => {
  await using child = startChild({
    file: WRITER,
    args: [String(random.int(0, 1e9)), String(nowMs)],
    env: { [PLACE_VARIABLE]: JSON.stringify(place) },
  });
  let compactions = 0;
  let hasAcknowledged = false;
  const first = Promise.withResolvers<void>();
  child.process.on("message", (message: WriterMessage) => {
    if (message.kind === "compacted") {
      compactions++;
    } else {
      acknowledged[message.containerIndex] = message.nextSeq;
      hasAcknowledged = true;
    }
    if (hasAcknowledged && compactions > 0) first.resolve();
  });
  const exit = once(child.process, "exit");
  await Promise.race([
    first.promise,
    exit.then(() => {
      throw new Error(`The writer ended by itself:\n${child.output()}`);
    }),
  ]);
  await delay(random.int(0, LONGEST_LIFE_MS));
  child.process.kill("SIGKILL");
  await exit;
  return { compactions };
};

/** Reads the whole store and counts what is missing, doubled or otherwise than written. */
const readBack = async (
  place: StorePlace,
  { nowMs, acknowledged }: { readonly nowMs: number; readonly acknowledged: readonly number[] },
  findings: Findings,
): Promise<void> => {
  const store = await openStore(place, { nowMs: () => nowMs, after });
  findings.lines = 0;
  findings.chunks = 0;
  try {
    const cursors = await store.cursors(ORG, CONTAINERS);
    for (const [index, containerId] of CONTAINERS.entries()) {
      const endSeq = cursors.get(containerId)?.nextSeq ?? 0;
      findings.lost += Math.max(0, (acknowledged[index] ?? 0) - endSeq);
      let expected = 0;
      for await (const read of store.chunks({ orgId: ORG, containerIds: [containerId], order: "oldest" })) {
        if (read.kind === "damaged") continue;
        findings.chunks++;
        for (const batch of openChunk(read.chunk).map((part) => part.decode())) {
          for (let line = 0; line < batch.lineCount; line++) {
            const seq = batch.firstSeq + line;
            if (seq < expected || batch.lineText(line) !== lineOf(containerId, seq)) findings.doubled++;
            else findings.lost += seq - expected;
            expected = Math.max(expected, seq + 1);
            findings.lines++;
          }
        }
      }
      findings.lost += Math.max(0, endSeq - expected);
    }
  } finally {
    await store.close();
  }
};

export const chaosStore = async ({
  seed,
  kills = DEFAULT_KILLS,
  database = "sqlite",
  progress,
}: StoreChaosOptions): Promise<ChaosOutcome> => {
  const random = createRandom(seed);
  await using home = await makePlace(database);
  const { place } = home;
  const acknowledged = CONTAINERS.map(() => 0);
  const findings: Findings = { lost: 0, doubled: 0, compactions: 0, lines: 0, chunks: 0 };
  let nowMs = START_MS;
  for (let kill = 1; kill <= kills; kill++) {
    const { compactions } = await liveAndDie(place, { random, nowMs, acknowledged });
    findings.compactions += compactions;
    // Days end, and now and then the clock goes back.
    if (random.chance(0.2)) nowMs += random.int(-6, 20) * HOUR_MS;
    if (kill % KILLS_PER_READING !== 0 && kill !== kills) continue;
    await readBack(place, { nowMs, acknowledged }, findings);
    progress(`${kill} of ${kills} kills, ${findings.lines} lines read back`);
    if (findings.lost + findings.doubled > 0) break;
  }
  const { lost, doubled, compactions, lines, chunks } = findings;
  return {
    report: { seed, kills, lost, doubled, unsettled: 0, ok: lost + doubled === 0 },
    notes: [
      `${database}: ${kills} kills, ${compactions} compactions in between; ${lines} lines in ${chunks} rows read back at the end, ` +
        `${acknowledged.reduce((sum, seq) => sum + seq, 0)} of them acknowledged before the last kill.`,
    ],
  };
};

/** `log-retention`: a log store driven to three times each of its bounds, looked at after every turn of its keeper. */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { asId, type ContainerId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { LogKeeper } from "../hub/logs/log-keeper.ts";
import type { LogStore } from "../hub/logs/log-store.ts";
import type { EvictionReason, OrgRetention, RetentionLimits } from "../hub/logs/retention.ts";
import { SqliteLogStore } from "../hub/logs/sqlite/sqlite-log-store.ts";
import type { LogCommit } from "../hub/relay/log/committed-log.ts";
import type { Bench, BenchContext, Series } from "./bench.ts";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;
const START_MS = Date.UTC(2026, 5, 1, 12);
const TIMES_OVER = 3;
const LINES = 1_000;
const LINE_BYTES = 500;
const ORGS = ["org_00000000ret0", "org_00000000ret1"].map((id) => asId<OrgId>(id));
const CONTAINERS = ["ctr_00000000ret0", "ctr_00000000ret1"].map((id) => asId<ContainerId>(id));

/** One bound, how far the store is from it, and how many commits reach three times of it. */
interface Case {
  readonly reason: EvictionReason;
  readonly limits: Partial<OrgRetention> & { readonly maxTotalBytes?: number; readonly minFreeBytes?: number };
  /** Bytes of a disk of its own that the store is put on, in memory; mounting takes root. */
  readonly diskBytes?: number;
  readonly bound: number;
  readonly measure: (store: LogStore, directory: string) => Promise<number>;
  /** Commits of about half a MiB, in turn for every org and container. */
  readonly commits: number;
  /** Commits after which a day ends. */
  readonly commitsPerDay: number;
}

const bytesIn = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "reserve")
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);

const bytesOfContainer = async (store: LogStore): Promise<number> => {
  let bytes = 0;
  const [orgId, containerId] = [ORGS[0], CONTAINERS[0]] as [OrgId, ContainerId];
  for await (const read of store.chunks({ orgId, containerIds: [containerId], order: "oldest" })) {
    if (read.kind === "chunk") bytes += read.chunk.body.length;
  }
  return bytes;
};

const usedOnDisk = (directory: string): number => {
  const { blocks, bavail, bsize } = statfsSync(directory);
  return (blocks - bavail) * bsize;
};

const daysOf = (directory: string): number =>
  readdirSync(path.join(directory, ORGS[0] ?? "")).filter((name) => name.endsWith(".db")).length;

const CASES: readonly Case[] = [
  {
    reason: "age",
    limits: { maxDays: 3 },
    // The days that are kept, and the present one.
    bound: 4,
    measure: async (_, directory) => daysOf(directory),
    commits: 48,
    commitsPerDay: 4,
  },
  {
    reason: "container_bytes",
    limits: { maxContainerBytes: 3 * MIB },
    bound: 3 * MIB,
    measure: (store) => bytesOfContainer(store),
    commits: 4 * 3 * 2 * TIMES_OVER,
    commitsPerDay: 40,
  },
  {
    reason: "org_bytes",
    limits: { maxOrgBytes: 16 * MIB },
    bound: 16 * MIB,
    measure: async (_, directory) => bytesIn(path.join(directory, ORGS[0] ?? "")),
    commits: 2 * 16 * 2 * TIMES_OVER,
    commitsPerDay: 48,
  },
  {
    reason: "total_bytes",
    limits: { maxTotalBytes: 24 * MIB },
    bound: 24 * MIB,
    measure: async (_, directory) => bytesIn(directory),
    commits: 24 * 2 * TIMES_OVER,
    commitsPerDay: 48,
  },
  {
    reason: "free_disk",
    limits: { minFreeBytes: 24 * MIB },
    diskBytes: 64 * MIB,
    bound: 40 * MIB,
    measure: async (_, directory) => usedOnDisk(directory),
    commits: 40 * 2 * TIMES_OVER,
    commitsPerDay: 96,
  },
];

const run = promisify(execFile);

/** Commits need not wait for company: one comes at a time. */
const soon = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

/** A place for the store, on a disk of its own where the case wants one. */
const openHome = async ({ diskBytes }: Case): Promise<AsyncDisposable & { readonly path: string }> => {
  const home = await makeTempDir("bench-retention");
  if (diskBytes === undefined) return home;
  const mount = path.join(home.path, "disk");
  mkdirSync(mount);
  await run("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", mount]);
  return {
    path: mount,
    [Symbol.asyncDispose]: async () => {
      await run("umount", [mount]);
      await home.remove();
    },
  };
};

/** Lines that do not compress. */
const commitOf = (orgId: OrgId, containerId: ContainerId, firstSeq: number): LogCommit => {
  const encoder = new BatchEncoder();
  const text = new Uint8Array(LINE_BYTES);
  for (let line = 0; line < LINES; line++) {
    crypto.getRandomValues(text);
    encoder.append(1_780_000_000 + firstSeq + line, 0, 0, text, 0, text.length);
  }
  const cursor = { nextSeq: firstSeq + LINES, tsNs: "1", ordinal: 0, tail: [] };
  return { orgId, containerId, firstSeq, batches: [encoder.finish(firstSeq)], cursor };
};

const drive = async (one: Case): Promise<{ readonly peak: number; readonly note: string }> => {
  await using home = await openHome(one);
  let nowMs = START_MS;
  const store = new SqliteLogStore({ directory: home.path, nowMs: () => nowMs, after: soon });
  const none = { maxDays: null, maxContainerBytes: null, maxOrgBytes: null };
  const { maxTotalBytes = null, minFreeBytes = 0, ...defaults } = one.limits;
  const limits: RetentionLimits = {
    ...{ maxTotalBytes, minFreeBytes, orgs: new Map() },
    defaults: { ...none, ...defaults },
  };
  const keeper = new LogKeeper({ store, limits: () => Promise.resolve(limits), evicted: () => {} });
  const nextSeqs = new Map<string, number>();
  let peak = 0;
  for (let count = 0; count < one.commits; count++) {
    const orgId = ORGS[count % 2] as OrgId;
    const containerId = CONTAINERS[(count >> 1) % 2] as ContainerId;
    const key = `${orgId} ${containerId}`;
    const firstSeq = nextSeqs.get(key) ?? 0;
    await store.append(commitOf(orgId, containerId, firstSeq));
    nextSeqs.set(key, firstSeq + LINES);
    await keeper.tick();
    if (count > 0) peak = Math.max(peak, await one.measure(store, home.path));
    if ((count + 1) % one.commitsPerDay === 0) nowMs += DAY_MS;
  }
  const [orgId, containerId] = [ORGS[0], CONTAINERS[0]] as [OrgId, ContainerId];
  const since = (await store.since(orgId, [containerId])).get(containerId);
  await keeper.stop();
  await store.close();
  if (since?.reason !== one.reason) throw new Error(`The store says ${since?.reason ?? "nothing"}, not ${one.reason}.`);
  const at = new Date(Number(since.firstTsNs / 1_000_000n)).toISOString();
  const written = nextSeqs.get(`${orgId} ${containerId}`) ?? 0;
  return {
    peak,
    note: `${one.reason}: logs since line ${since.firstSeq} of ${written} (${at}), because of ${since.reason}.`,
  };
};

export const logRetention: Bench = async ({ progress }: BenchContext) => {
  const series: Series[] = [];
  const notes: string[] = [];
  for (const one of CASES) {
    if (one.diskBytes !== undefined && process.getuid?.() !== 0) {
      notes.push(`${one.reason}: not measured, because a disk of its own takes root.`);
      continue;
    }
    progress(`${one.reason}: ${TIMES_OVER} times its bound`);
    const { peak, note } = await drive(one);
    series.push({
      metric: `most that was kept, bound ${one.reason}`,
      unit: "of the bound",
      values: [peak / one.bound],
      goal: { of: "value", atMost: 1 },
    });
    notes.push(note);
  }
  return { series, notes: ["One run each, looked at after every commit and turn of the keeper.", ...notes] };
};

/** A hub in a process of its own whose store holds one container's million lines, and the same lines as `docker logs -t` prints them. */
import { createWriteStream } from "node:fs";
import path from "node:path";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { asId, type ContainerId, type HostId, type WorkloadId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { flagsOf } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { type HubProcess, startHubProcess } from "@yardarm/testkit/hub-process";
import { LOG_SAMPLES, readLogSample } from "@yardarm/testkit/log-samples";
import { createRandom } from "@yardarm/testkit/random";
import { reportedContainer } from "@yardarm/testkit/sample-container";
import { SqliteLogStore } from "../../hub/logs/sqlite-log-store.ts";
import type { LogCommit } from "../../hub/relay/committed-log.ts";
import { openSqliteStorage } from "../../hub/storage/sqlite/open-sqlite.ts";
import { after } from "../../hub/timers.ts";

export const LINES = 1_000_000;
const LINES_PER_BATCH = 1_000;
const LINES_PER_COMMIT = 20_000;
/** Every so many lines there is one that the searches look for. */
export const LINES_PER_HIT = 10_000;
export const NEEDLE = "quota exceeded for tenant";
const CONTAINER = asId<ContainerId>("ctr_00000000000000bench");

export interface MillionLines extends AsyncDisposable {
  readonly hub: HubProcess;
  readonly containerId: ContainerId;
  /** gzip of what `docker logs -t` would print. */
  readonly gzipFile: string;
  readonly printedBytes: number;
}

export const startMillionLines = async (): Promise<MillionLines> => {
  const hub = await startHubProcess({ command: "hub" });
  try {
    await hub.kill();
    const gzipFile = path.join(hub.dataDirectory, "printed.log.gz");
    const printedBytes = await fill(hub.dataDirectory, gzipFile);
    await hub.restart();
    return { hub, containerId: CONTAINER, gzipFile, printedBytes, [Symbol.asyncDispose]: () => hub.stop() };
  } catch (error) {
    await hub.stop();
    throw error;
  }
};

const fill = async (dataDirectory: string, gzipFile: string): Promise<number> => {
  const storage = await openSqliteStorage({ dataDirectory });
  const [org] = await storage.system.orgs.list();
  if (org === undefined) throw new Error("The hub has no organization.");
  const { orgId } = org;
  const [project] = await storage.org(orgId).projects.list();
  if (project === undefined) throw new Error("The hub has no project.");
  const hostId = asId<HostId>("hst_00000000000000bench");
  await storage.org(orgId).hosts.create({ hostId, projectId: project.projectId, name: "bench", createdAtMs: 1 });
  const workloadId = asId<WorkloadId>("wkl_00000000000000bench");
  await storage.org(orgId).containers.upsert([
    {
      ...reportedContainer(1),
      containerId: CONTAINER,
      hostId,
      workloadId,
      removedAtNs: null,
      logSource: { kind: "pending" },
    },
  ]);
  await storage.close();

  const store = new SqliteLogStore({ directory: path.join(dataDirectory, "logs"), nowMs: Date.now, after });
  const gzip = createGzip({ level: 1 });
  const written = finished(gzip.pipe(createWriteStream(gzipFile)));
  const samples = LOG_SAMPLES.flatMap((name) => readLogSample(name));
  const random = createRandom(1);
  const startNs = BigInt(Date.now()) * 1_000_000n - BigInt(LINES) * 1_000_000n;
  let printedBytes = 0;
  let batches: Uint8Array[] = [];
  let firstSeq = 0;
  const encoder = new BatchEncoder();
  let printed: string[] = [];
  for (let seq = 0; seq < LINES; seq++) {
    const isHit = seq % LINES_PER_HIT === LINES_PER_HIT / 2;
    const message = isHit ? `${NEEDLE} ${seq}` : `${samples[seq % samples.length]} #${random.int(0, 1e9).toString(16)}`;
    const text = Buffer.from(message);
    const tsNs = startNs + BigInt(seq) * 1_000_000n;
    encoder.append(
      Number(tsNs / 1_000_000_000n),
      Number(tsNs % 1_000_000_000n),
      flagsOf(0, isHit ? ERROR : INFO),
      text,
      0,
      text.length,
    );
    printed.push(`${rfc3339FromNs(tsNs)} ${message}\n`);
    if (encoder.lineCount === LINES_PER_BATCH) batches.push(encoder.finish(seq + 1 - LINES_PER_BATCH));
    if ((seq + 1) % LINES_PER_COMMIT !== 0) continue;
    const cursor = { nextSeq: seq + 1, tsNs: tsNs.toString(), ordinal: 0, tail: [] };
    const commit: LogCommit = { orgId, containerId: CONTAINER, firstSeq, batches, cursor };
    await store.append(commit);
    batches = [];
    firstSeq = seq + 1;
    const block = Buffer.from(printed.join(""));
    printed = [];
    printedBytes += block.length;
    if (!gzip.write(block)) await new Promise<void>((resolve) => gzip.once("drain", () => resolve()));
  }
  gzip.end();
  await written;
  while (await store.compactNext({ everything: true }));
  await store.close();
  return printedBytes;
};

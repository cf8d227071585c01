/** A hub in a process of its own whose store holds a million lines, and the same lines as `docker logs -t` prints them. */
import { createWriteStream } from "node:fs";
import path from "node:path";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { asId, type ContainerId, type HostId, type OrgId, type WorkloadId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { flagsOf } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { type HubProcess, startHubProcess } from "@yardarm/testkit/hub-process";
import { LOG_SAMPLES, readLogSample } from "@yardarm/testkit/log-samples";
import { createRandom } from "@yardarm/testkit/random";
import { reportedContainer } from "@yardarm/testkit/sample-container";
import { SqliteLogStore } from "../../hub/logs/sqlite/sqlite-log-store.ts";
import type { LogCommit } from "../../hub/relay/log/committed-log.ts";
import { openSqliteStorage } from "../../hub/storage/sqlite/open-sqlite.ts";
import { after } from "../../hub/timers.ts";

export const LINES = 1_000_000;
const LINES_PER_BATCH = 1_000;
const LINES_PER_COMMIT = 10_000;
/** Every so many lines there is one that the searches look for. */
export const LINES_PER_HIT = 10_000;
export const NEEDLE = "quota exceeded for tenant";
const HOST = asId<HostId>("hst_00000000000000bench");
const containerIdOf = (n: number): ContainerId => asId<ContainerId>(`ctr_0000000000${String(n).padStart(4, "0")}bench`);

export interface MillionLines extends AsyncDisposable {
  readonly hub: HubProcess;
  /** The only container, or the first of several. */
  readonly containerId: ContainerId;
  /** gzip of what `docker logs -t` would print. */
  readonly gzipFile: string;
  readonly printedBytes: number;
}

/** The lines are dealt out to `containers` in turn, a line every millisecond. */
export const startMillionLines = async (containers = 1): Promise<MillionLines> => {
  const hub = await startHubProcess({ command: "hub" });
  try {
    await hub.kill();
    const gzipFile = path.join(hub.dataDirectory, "printed.log.gz");
    const containerIds = Array.from({ length: containers }, (_, index) => containerIdOf(index + 1));
    const printedBytes = await fill(hub.dataDirectory, gzipFile, containerIds);
    await hub.restart();
    const [containerId = containerIdOf(1)] = containerIds;
    return { hub, containerId, gzipFile, printedBytes, [Symbol.asyncDispose]: () => hub.stop() };
  } catch (error) {
    await hub.stop();
    throw error;
  }
};

/** Writes down that the containers exist. Returns whose they are. */
const createContainers = async (dataDirectory: string, containerIds: readonly ContainerId[]): Promise<OrgId> => {
  const storage = await openSqliteStorage({ dataDirectory });
  const [org] = await storage.system.orgs.list();
  if (org === undefined) throw new Error("The hub has no organization.");
  const { orgId } = org;
  const [project] = await storage.org(orgId).projects.list();
  if (project === undefined) throw new Error("The hub has no project.");
  const { projectId } = project;
  await storage.org(orgId).hosts.create({ hostId: HOST, projectId, name: "bench", createdAtMs: 1 });
  await storage.org(orgId).containers.upsert(
    containerIds.map((containerId, index) => ({
      ...reportedContainer(index + 1),
      containerId,
      hostId: HOST,
      workloadId: asId<WorkloadId>(`wkl_${containerId.slice(4)}`),
      removedAtNs: null,
      logSource: { kind: "pending" },
    })),
  );
  await storage.close();
  return orgId;
};

interface Line {
  readonly tsNs: bigint;
  readonly flags: number;
  readonly message: string;
}

/** One container's lines on their way into the store. */
class ContainerWriter {
  readonly #append: (commit: Omit<LogCommit, "orgId" | "containerId">) => Promise<unknown>;
  readonly #encoder = new BatchEncoder();
  #batches: Uint8Array[] = [];
  #seq = 0;
  #firstSeq = 0;

  constructor(append: (commit: Omit<LogCommit, "orgId" | "containerId">) => Promise<unknown>) {
    this.#append = append;
  }

  async take({ tsNs, flags, message }: Line): Promise<void> {
    const text = Buffer.from(message);
    this.#encoder.append(Number(tsNs / 1_000_000_000n), Number(tsNs % 1_000_000_000n), flags, text, 0, text.length);
    this.#seq += 1;
    if (this.#encoder.lineCount < LINES_PER_BATCH) return;
    this.#batches.push(this.#encoder.finish(this.#seq - LINES_PER_BATCH));
    if (this.#batches.length * LINES_PER_BATCH < LINES_PER_COMMIT) return;
    const cursor = { nextSeq: this.#seq, tsNs: tsNs.toString(), ordinal: 0, tail: [] };
    const commit = { firstSeq: this.#firstSeq, batches: this.#batches, cursor };
    this.#batches = [];
    this.#firstSeq = this.#seq;
    await this.#append(commit);
  }
}

const fill = async (dataDirectory: string, gzipFile: string, containerIds: readonly ContainerId[]): Promise<number> => {
  const orgId = await createContainers(dataDirectory, containerIds);
  const store = new SqliteLogStore({ directory: path.join(dataDirectory, "logs"), nowMs: Date.now, after });
  const writers = containerIds.map(
    (containerId) => new ContainerWriter((commit) => store.append({ orgId, containerId, ...commit })),
  );
  const gzip = createGzip({ level: 1 });
  const written = finished(gzip.pipe(createWriteStream(gzipFile)));
  const samples = LOG_SAMPLES.flatMap((name) => readLogSample(name));
  const random = createRandom(1);
  const startNs = BigInt(Date.now()) * 1_000_000n - BigInt(LINES) * 1_000_000n;
  let printedBytes = 0;
  let printed: string[] = [];
  for (let index = 0; index < LINES; index++) {
    const isHit = index % LINES_PER_HIT === LINES_PER_HIT / 2;
    const message = isHit
      ? `${NEEDLE} ${index}`
      : `${samples[index % samples.length]} #${random.int(0, 1e9).toString(16)}`;
    const tsNs = startNs + BigInt(index) * 1_000_000n;
    printed.push(`${rfc3339FromNs(tsNs)} ${message}\n`);
    await writers[index % writers.length]?.take({ tsNs, flags: flagsOf(0, isHit ? ERROR : INFO), message });
    if ((index + 1) % LINES_PER_COMMIT !== 0) continue;
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

import path from "node:path";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { ERROR, INFO } from "@yardarm/protocol/log/level";
import { flagsOf } from "@yardarm/protocol/log/line-flags";
import { AuthorityWorld, type Caller } from "@yardarm/testkit/authority-world";
import { createRandom } from "@yardarm/testkit/random";
import { expect } from "vitest";
import { SqliteLogStore } from "../../logs/sqlite/sqlite-log-store.ts";

const PER_BATCH = 500;

export interface StoredLogs {
  /** Of each container, one a second. */
  readonly lines: number;
  readonly startSeconds: number;
  readonly messageOf: (seq: number) => string;
  /** When within its second each line of a container was written. */
  readonly nanosOf: (place: string) => number;
}

/** The log store of a hub, for the test's own hands; close it before the hub is asked. */
export const openLogStore = (dataDirectory: string, nowMs: () => number = Date.now): SqliteLogStore =>
  new SqliteLogStore({
    ...{ directory: path.join(dataDirectory, "logs"), nowMs },
    after: (_, task) => {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    },
  });

/**
 * A whole hub with stored logs, for whoever asks it over HTTP. Every hundredth line is an error, on stderr; the other org
 * has lines more, on which even a linear expression takes long.
 */
export class StoredLogsWorld implements AsyncDisposable {
  readonly world: AuthorityWorld;

  private constructor(world: AuthorityWorld) {
    this.world = world;
  }

  static async open(logs: StoredLogs): Promise<StoredLogsWorld> {
    const world = await AuthorityWorld.open();
    const store = openLogStore(world.dataDirectory);
    for (const [place, ids] of Object.entries(world.places)) await write(store, ids, logs, logs.nanosOf(place));
    const { orgId, containerId } = world.places.B;
    await store.append({ orgId, containerId, ...costlyBatch(logs) });
    await store.close();
    return new StoredLogsWorld(world);
  }

  caller(name: string): Caller {
    const found = this.world.callers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  }

  /** The owner of another org, in their own. */
  stranger(): Caller {
    const found = this.caller("owner of another org, naming ours");
    const { "x-yardarm-org": _, ...headers } = found.headers;
    return { ...found, headers };
  }

  get(where: string, as: Caller = this.world.owner): Promise<Response> {
    return fetch(`${this.world.hub.url}${where}`, { headers: as.headers });
  }

  async linesOf(where: string, as?: Caller): Promise<readonly string[]> {
    const response = await this.get(where, as);
    expect(response.status).toBe(200);
    return (await response.text()).split("\n").slice(0, -1);
  }

  /** A refusal, as `400 invalid_request: why`. */
  async problemOf(where: string, as?: Caller): Promise<string> {
    const response = await this.get(where, as);
    const { code, detail } = (await response.json()) as { readonly code: string; readonly detail: string };
    return `${response.status} ${code}: ${detail}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

type Ids = { readonly orgId: OrgId; readonly containerId: ContainerId };

const write = async (store: SqliteLogStore, { orgId, containerId }: Ids, logs: StoredLogs, nanos: number) => {
  for (let firstSeq = 0; firstSeq < logs.lines; firstSeq += PER_BATCH) {
    const encoder = new BatchEncoder();
    const end = Math.min(firstSeq + PER_BATCH, logs.lines);
    for (let seq = firstSeq; seq < end; seq++) {
      const text = Buffer.from(logs.messageOf(seq));
      const flags = flagsOf(seq % 100 === 0 ? 1 : 0, seq % 100 === 0 ? ERROR : INFO);
      encoder.append(logs.startSeconds + seq, nanos, flags, text, 0, text.length);
    }
    const tsNs = `${logs.startSeconds + end - 1}${String(nanos).padStart(9, "0")}`;
    const cursor = { nextSeq: end, tsNs, ordinal: 0, tail: [] };
    await store.append({ orgId, containerId, firstSeq, batches: [encoder.finish(firstSeq)], cursor });
  }
};

const costlyBatch = ({ lines, startSeconds }: StoredLogs) => {
  const random = createRandom(1);
  const encoder = new BatchEncoder();
  for (let line = 0; line < 30; line++) {
    const text = Buffer.from(Array.from({ length: 16_384 }, () => random.pick(["a", "b"])).join(""));
    encoder.append(startSeconds + lines, 0, 0, text, 0, text.length);
  }
  const cursor = { nextSeq: lines + 30, tsNs: `${startSeconds + lines}000000000`, ordinal: 0, tail: [] };
  return { firstSeq: lines, batches: [encoder.finish(lines)], cursor };
};

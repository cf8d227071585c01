/** A process that commits known lines as fast as it can while its store is compacted, until it is killed. Says what was acknowledged. */
import { createRandom } from "@yardarm/testkit/random";
import { LogKeeper } from "../../../hub/logs/log-keeper.ts";
import { SqliteLogStore } from "../../../hub/logs/sqlite-log-store.ts";
import { CONTAINERS, commitOf, ORG } from "./known-lines.ts";

export type WriterMessage =
  | { readonly kind: "acknowledged"; readonly containerIndex: number; readonly nextSeq: number }
  | { readonly kind: "compacted" };

const [directory = "", seed = "0", nowMs = "0"] = process.argv.slice(2);
const random = createRandom(Number(seed));
const say = (message: WriterMessage): void => {
  process.send?.(message);
};
const store = new SqliteLogStore({
  directory,
  nowMs: () => Number(nowMs),
  after: (_, task) => {
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  },
});
const keeper = new LogKeeper({
  store: {
    isSaturated: false,
    evict: (limits) => store.evict(limits),
    compactNext: async () => {
      const step = await store.compactNext({ everything: random.chance(0.5) });
      if (step !== null) say({ kind: "compacted" });
      return step;
    },
  },
  limits: async () => ({
    maxTotalBytes: null,
    minFreeBytes: 0,
    defaults: { maxDays: null, maxContainerBytes: null, maxOrgBytes: null },
    orgs: new Map(),
  }),
  evicted: () => {},
});

const cursors = await store.cursors(ORG, CONTAINERS);
const write = async (containerIndex: number): Promise<never> => {
  const containerId = CONTAINERS[containerIndex] as (typeof CONTAINERS)[number];
  let nextSeq = cursors.get(containerId)?.nextSeq ?? 0;
  for (;;) {
    const lines = random.int(1, random.pick([3, 60, 700]));
    await store.append(commitOf(containerId, nextSeq, lines));
    nextSeq += lines;
    say({ kind: "acknowledged", containerIndex, nextSeq });
  }
};
const keep = async (): Promise<never> => {
  for (;;) {
    await keeper.tick();
    await new Promise((resolve) => setImmediate(resolve));
  }
};
await Promise.all([...CONTAINERS.map((_, index) => write(index)), keep()]);

/** A process that commits known lines as fast as it can while its store is compacted, until it is killed. Says what was acknowledged. */
import { ProtocolError } from "@yardarm/protocol/errors";
import { createRandom } from "@yardarm/testkit/random";
import { LogKeeper } from "../../../hub/logs/log-keeper.ts";
import { CONTAINERS, commitOf, ORG } from "./known-lines.ts";
import { openStore, PLACE_VARIABLE, type StorePlace } from "./store-place.ts";

export type WriterMessage =
  | { readonly kind: "acknowledged"; readonly containerIndex: number; readonly nextSeq: number }
  | { readonly kind: "compacted" };

const [seed = "0", nowMs = "0"] = process.argv.slice(2);
const place = JSON.parse(process.env[PLACE_VARIABLE] ?? "null") as StorePlace;
const random = createRandom(Number(seed));
const say = (message: WriterMessage): void => {
  process.send?.(message);
};
const store = await openStore(place, {
  nowMs: () => Number(nowMs),
  after: (_, task) => {
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  },
});
const keeper = new LogKeeper({
  store: {
    isSaturated: false,
    committedBytes: 0,
    evict: (limits) => store.evict(limits),
    compactNext: async () => {
      const hasCompacted = await store.compactNext({ everything: random.chance(0.5) });
      if (hasCompacted) say({ kind: "compacted" });
      return hasCompacted;
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

const write = async (containerIndex: number): Promise<never> => {
  const containerId = CONTAINERS[containerIndex] as (typeof CONTAINERS)[number];
  const storedSeq = async (): Promise<number> =>
    (await store.cursors(ORG, [containerId])).get(containerId)?.nextSeq ?? 0;
  let nextSeq = await storedSeq();
  for (;;) {
    const lines = random.int(1, random.pick([3, 60, 700]));
    try {
      await store.append(commitOf(containerId, nextSeq, lines));
    } catch (error) {
      // A database server may finish a commit after the death of the one who sent it: the log goes on behind it.
      if (!(error instanceof ProtocolError) || error.code !== "conflict" || place.kind === "sqlite") throw error;
      nextSeq = await storedSeq();
      continue;
    }
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

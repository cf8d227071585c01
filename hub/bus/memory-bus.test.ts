import { asId, type OrgId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { busContract } from "./bus.contract.ts";
import { MemoryBus } from "./memory-bus.ts";

const after = (delayMs: number, task: () => void): (() => void) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};

busContract("in memory", () => {
  const bus = new MemoryBus({ report: () => {}, after });
  return Promise.resolve({
    nodes: [bus, bus],
    settled: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => bus.close(),
  });
});

test("what exceeds the queue is dropped and reported, the rest arrives", async () => {
  const reports: unknown[] = [];
  const bus = new MemoryBus({ report: (error) => reports.push(error), after, queueBytes: 25 });
  const subject = { orgId: asId<OrgId>("org_0000000000aa"), name: "a" };
  const lengths: number[] = [];
  const done = new Promise<void>((resolve) => {
    bus.subscribe(subject, (payload) => {
      lengths.push(payload.length);
      if (payload.length === 9) resolve();
    });
  });
  bus.publish(subject, new Uint8Array(10));
  bus.publish(subject, new Uint8Array(20));
  bus.publish(subject, new Uint8Array(9));
  await done;
  expect(lengths).toEqual([10, 9]);
  expect(reports).toHaveLength(1);
});

import type { DockerId } from "@yardarm/protocol/ids";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { expect, test } from "vitest";
import { RefreshQueue } from "./refresh-queue.ts";

const [A, B, C, D] = [1, 2, 3, 4].map(dockerIdOf) as [DockerId, DockerId, DockerId, DockerId];

/** A queue whose refreshes end when told to. */
const controlled = (concurrency: number) => {
  const began: DockerId[] = [];
  const running = new Map<DockerId, () => void>();
  const refresh = (id: DockerId): Promise<void> => {
    expect(running.has(id), "two refreshes of one container at once").toBe(false);
    began.push(id);
    return new Promise((resolve) => void running.set(id, resolve));
  };
  const finish = async (id: DockerId): Promise<void> => {
    const resolve = running.get(id);
    running.delete(id);
    resolve?.();
    await new Promise((settled) => setImmediate(settled));
  };
  return { queue: new RefreshQueue({ concurrency, refresh }), began, finish };
};

test("no more than so many run at once, and events go before resyncs", async () => {
  const { queue, began, finish } = controlled(2);
  for (const id of [A, B, C]) queue.request(id, "routine");
  queue.request(D, "urgent");
  expect(began).toEqual([A, B]);
  await finish(A);
  expect(began).toEqual([A, B, D]);
  await finish(B);
  expect(began).toEqual([A, B, D, C]);
});

test("a request during a refresh of the same container is followed by exactly one more", async () => {
  const { queue, began, finish } = controlled(4);
  queue.request(A, "urgent");
  queue.request(A, "urgent");
  queue.request(A, "routine");
  expect(began).toEqual([A]);
  await finish(A);
  expect(began).toEqual([A, A]);
  await finish(A);
  expect(began).toEqual([A, A]);
});

test("idle resolves when nothing waits and nothing runs, at once if so already", async () => {
  const { queue, finish } = controlled(1);
  await queue.idle();
  queue.request(A, "urgent");
  queue.request(B, "urgent");
  let isIdle = false;
  const idle = queue.idle().then(() => {
    isIdle = true;
  });
  await finish(A);
  expect(isIdle).toBe(false);
  await finish(B);
  await idle;
});

test("clear forgets what has not begun", async () => {
  const { queue, began, finish } = controlled(1);
  queue.request(A, "urgent");
  queue.request(B, "urgent");
  queue.clear();
  await finish(A);
  await queue.idle();
  expect(began).toEqual([A]);
});

import { agentUpSchema } from "@yardarm/protocol/agent-up/up";
import { AGENT_MESSAGE_BYTES } from "@yardarm/protocol/limits";
import { dockerIdOf, reportedContainer } from "@yardarm/testkit/sample-container";
import { expect, test } from "vitest";
import { InventoryFeed, type InventoryMessage } from "./inventory-feed.ts";

const collect = () => {
  const sent: InventoryMessage[] = [];
  return { sent, feed: new InventoryFeed((message) => void sent.push(message)) };
};

const heavy = (count: number) =>
  Array.from({ length: count }, (_, n) => reportedContainer(n, { labels: { text: "é".repeat(4_000) } }));

const expectLegal = (messages: readonly InventoryMessage[]): void => {
  for (const message of messages) {
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(AGENT_MESSAGE_BYTES);
    expect(agentUpSchema.safeParse(message).error).toBeUndefined();
  }
};

test("an empty host is one empty page that is also the last", () => {
  const { sent, feed } = collect();
  feed.sendSnapshot([]);
  expect(sent).toEqual([{ type: "inventory.snapshot", revision: 0, page: 0, last: true, containers: [] }]);
});

test("a large host is paged below the message limit, in order, the last page marked", () => {
  const { sent, feed } = collect();
  feed.sendSnapshot(heavy(500));
  expect(sent.length).toBeGreaterThan(5);
  const pages = sent.filter((message) => message.type === "inventory.snapshot");
  expect(pages.map((page) => page.page)).toEqual(pages.map((_, index) => index));
  expect(pages.map((page) => page.last)).toEqual(pages.map((_, index) => index === pages.length - 1));
  expect(pages.flatMap((page) => page.containers)).toEqual(heavy(500));
  expectLegal(sent);
});

test("revisions follow each other by one, also when a change needs several deltas; a snapshot repeats the last", () => {
  const { sent, feed } = collect();
  feed.sendChanges([reportedContainer(1)], []);
  feed.sendChanges(
    heavy(300),
    Array.from({ length: 1_500 }, (_, n) => dockerIdOf(n)),
  );
  feed.sendChanges([], []);
  const deltas = sent.length;
  feed.sendSnapshot([]);
  feed.sendChanges([], [dockerIdOf(1)]);
  const expected = Array.from({ length: deltas }, (_, index) => index + 1);
  expect(sent.map((message) => message.revision)).toEqual([...expected, deltas, deltas + 1]);
  expectLegal(sent);
});

import type { LogSubscribed } from "@yardarm/protocol/client-down/log-subscribed";
import type { ClientUp } from "@yardarm/protocol/client-up/up";
import { asId, type ContainerId } from "@yardarm/protocol/ids";
import { expect, test, vi } from "vitest";
import { type LogHandlers, LogSubscriptions } from "./log-subscriptions.ts";

const containerId = asId<ContainerId>("ctr_aaaaaaaaaaaaaaaa");

const makeHandlers = (sinceSeq?: number) =>
  ({
    start: () => (sinceSeq === undefined ? { tail: 1_000 } : { sinceSeq }),
    onSubscribed: vi.fn(),
    onFrame: vi.fn(),
    onSkipped: vi.fn(),
    onFetched: vi.fn(),
    onError: vi.fn(),
  }) satisfies LogHandlers;

const answer = (alias: number): LogSubscribed => ({
  type: "log.subscribed",
  containerId,
  alias,
  epoch: "e1",
  fromSeq: 0,
  committedSeq: 0,
  nextSeq: 0,
});

const frame = (alias: number): ArrayBuffer => {
  const buffer = new ArrayBuffer(8);
  new DataView(buffer).setUint8(0, 1);
  new DataView(buffer).setUint32(1, alias, true);
  return buffer;
};

const open = () => {
  const sent: ClientUp[] = [];
  return { sent, logs: new LogSubscriptions((message) => sent.push(message)) };
};

test("frames go to the reader of their alias, and to nobody else", () => {
  const { sent, logs } = open();
  const handlers = makeHandlers();
  logs.subscribe(containerId, handlers, true);
  expect(sent).toEqual([{ type: "log.subscribe", containerId, tail: 1_000 }]);
  logs.onSubscribed(answer(7));
  logs.onFrame(frame(7));
  logs.onFrame(frame(8));
  logs.onFrame(new ArrayBuffer(3));
  expect(handlers.onFrame).toHaveBeenCalledTimes(1);
});

test("a reader that left and came back gets nothing of its first subscription", () => {
  const { logs } = open();
  logs.subscribe(containerId, makeHandlers(), true).end();
  const second = makeHandlers();
  logs.subscribe(containerId, second, true);
  logs.onSubscribed(answer(7));
  logs.onFrame(frame(7));
  expect(second.onSubscribed).not.toHaveBeenCalled();
  expect(second.onFrame).not.toHaveBeenCalled();
  logs.onSubscribed(answer(7));
  logs.onFrame(frame(7));
  expect(second.onSubscribed).toHaveBeenCalledTimes(1);
  expect(second.onFrame).toHaveBeenCalledTimes(1);
});

test("a new connection asks again from where the view stands", () => {
  const { sent, logs } = open();
  const handlers = makeHandlers(42);
  logs.subscribe(containerId, handlers, true);
  logs.onSubscribed(answer(7));
  sent.length = 0;
  logs.resubscribe();
  expect(sent).toEqual([{ type: "log.subscribe", containerId, sinceSeq: 42 }]);
  logs.onFrame(frame(7));
  expect(handlers.onFrame).not.toHaveBeenCalled();
});

test("while the connection is away a reader only waits", () => {
  const { sent, logs } = open();
  logs.subscribe(containerId, makeHandlers(), false);
  expect(sent).toEqual([]);
  logs.resubscribe();
  expect(sent).toHaveLength(1);
});

test("refusals, skipped ranges and fetched ends reach the reader", () => {
  const { sent, logs } = open();
  const handlers = makeHandlers();
  const subscription = logs.subscribe(containerId, handlers, true);
  logs.onSubscribed(answer(7));
  subscription.fetch(5, 9);
  expect(sent.at(-1)).toEqual({ type: "log.fetch", containerId, fromSeq: 5, toSeq: 9 });
  logs.onSkipped({ type: "skipped", containerId, from: 1, to: 2 });
  logs.onFetched({ type: "log.fetched", containerId, fromSeq: 5, toSeq: 9 });
  logs.onError({ type: "error", code: "not_found", message: "gone", refused: "log.fetch", containerId });
  expect(handlers.onSkipped).toHaveBeenCalledTimes(1);
  expect(handlers.onFetched).toHaveBeenCalledTimes(1);
  expect(handlers.onError).toHaveBeenCalledTimes(1);
});

test("one log has one reader", () => {
  const { logs } = open();
  logs.subscribe(containerId, makeHandlers(), true);
  expect(() => logs.subscribe(containerId, makeHandlers(), true)).toThrow("being read already");
});

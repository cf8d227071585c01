import type { ClientUp } from "@yardarm/protocol/client-up/up";
import { expect, test, vi } from "vitest";
import { makeContainer, makeHost } from "../dev/samples.ts";
import type { Wire } from "./hub-socket.ts";
import { LiveClient } from "./live-client.ts";

const container = makeContainer();

/** A page whose hub is this test: what it says, and the last connection to answer on. */
const start = () => {
  const said: ClientUp[] = [];
  const onLost = vi.fn();
  const timers = { atMs: 0, now: () => timers.atMs, after: () => () => {} };
  let wire: Wire | null = null;
  const client = new LiveClient({
    open: () => {
      wire = {
        binaryType: "blob",
        onmessage: null,
        onclose: null,
        send: (text) => said.push(JSON.parse(text) as ClientUp),
        close: () => {},
      };
      return wire;
    },
    timers,
    random: () => 0,
    schedule: (run) => run(),
    onLost,
  });
  client.start();
  const hear = (message: object): void =>
    wire?.onmessage?.(new MessageEvent("message", { data: JSON.stringify(message) }));
  const ready = (version = "1"): void => hear({ type: "ready", version, hubTimeNs: "0" });
  const snapshot = (revision: number): void =>
    hear({ type: "inventory.snapshot", revision, page: 0, last: true, hosts: [makeHost()], containers: [container] });
  const delta = (revision: number, fields: object = {}): void =>
    hear({
      type: "inventory.delta",
      revision,
      hosts: [],
      containers: [],
      removedHosts: [],
      removedContainers: [],
      ...fields,
    });
  const types = (): readonly string[] => said.map(({ type }) => type);
  return { client, said, onLost, timers, hear, ready, snapshot, delta, types };
};

test("each connection starts with the fleet, then whatever is watched and read", () => {
  const { client, said, ready, types } = start();
  client.metrics.watch(null);
  const nothing = (): void => {};
  client.subscribeLog(container.containerId, {
    start: () => ({ tail: 10 }),
    onSubscribed: nothing,
    onFrame: nothing,
    onSkipped: nothing,
    onFetched: nothing,
    onError: nothing,
  });
  expect(said).toEqual([]);
  ready();
  expect(types()).toEqual(["inventory.subscribe", "metrics.subscribe", "log.subscribe"]);
  said.length = 0;
  client.abandon();
  client.retryNow();
  ready();
  expect(types()).toEqual(["inventory.subscribe", "metrics.subscribe", "log.subscribe"]);
});

test("a hole in the revisions asks for the fleet again; a second one at once gives the connection up", () => {
  const { client, said, timers, ready, snapshot, delta, types } = start();
  ready();
  snapshot(1);
  said.length = 0;
  timers.atMs = 5_000;
  delta(3);
  delta(4);
  expect(types()).toEqual(["inventory.subscribe"]);
  snapshot(4);
  delta(9);
  expect(types()).toEqual(["inventory.subscribe"]);
  expect(client.connection().status).toBe("waiting");
});

test("while the connection is away the last fleet stays, and somebody asks about the session", () => {
  const { client, onLost, ready, snapshot } = start();
  ready();
  snapshot(1);
  client.abandon();
  expect(onLost).toHaveBeenCalledTimes(1);
  expect(client.inventory.view()).toMatchObject({ status: "known", revision: 1 });
});

test("another version than the first one of this page is a reason to reload", () => {
  const { client, ready } = start();
  ready("1");
  expect(client.isOutdated()).toBe(false);
  client.abandon();
  client.retryNow();
  ready("2");
  expect(client.isOutdated()).toBe(true);
});

test("an action's timeline takes up what the engine reports of its container", () => {
  const { client, hear, ready, snapshot, delta } = start();
  ready();
  snapshot(1);
  hear({
    type: "action.update",
    action: {
      actionId: "act_aaaaaaaaaaaaaaaa",
      containerId: container.containerId,
      hostId: container.hostId,
      verb: "STOP",
      state: "running",
      reason: "test",
      actor: "owner@example.com",
      requestedAtNs: "0",
      settledAtNs: null,
      error: null,
    },
  });
  delta(2, { containers: [{ ...container, state: "exited", exitCode: 0 }] });
  const [seen] = client.actions.of(container.containerId);
  expect(seen?.steps.map((step) => `${step.kind} ${step.state}`)).toEqual([
    "action requested",
    "action running",
    "container exited",
  ]);
});

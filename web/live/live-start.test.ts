import { expect, test } from "vitest";
import { LiveClient } from "./live-client.ts";
import { LiveStart } from "./live-start.ts";

const start = () => {
  const stopped: LiveClient[] = [];
  const started: LiveClient[] = [];
  const live = new LiveStart(
    () => {},
    (onLost) => {
      const client = new LiveClient({
        open: () => ({ binaryType: "arraybuffer", onmessage: null, onclose: null, send: () => {}, close: () => {} }),
        timers: { now: () => 0, after: () => () => {} },
        random: () => 0,
        schedule: (run) => run(),
        onLost,
      });
      started.push(client);
      return { client, stop: () => stopped.push(client) };
    },
  );
  return { live, started, stopped };
};

test("what began before the page was drawn is the page's own client; only a page after its end begins another", () => {
  const { live, started, stopped } = start();
  expect(live.client).toBeNull();
  const ahead = live.begin();
  expect(live.client).toBe(ahead);
  expect(live.begin()).toBe(ahead);
  expect(started).toEqual([ahead]);
  live.end();
  live.end();
  expect(stopped).toEqual([ahead]);
  expect(live.client).toBeNull();
  expect(live.begin()).not.toBe(ahead);
});

import { describe, expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { SimulatedEngine } from "../simulated-engine.ts";
import { humanDuration, statusText } from "./status-text.ts";

describe("the engine's words", () => {
  test.each([
    [0, "Less than a second"],
    [1, "1 second"],
    [59, "59 seconds"],
    [60, "About a minute"],
    [3599, "59 minutes"],
    [3600, "About an hour"],
    [7200, "2 hours"],
    [47 * 3600, "47 hours"],
    [48 * 3600, "2 days"],
    [14 * 86_400, "2 weeks"],
    [60 * 86_400, "2 months"],
    [800 * 86_400, "2 years"],
  ])("%d s: %s", (seconds, expected) => {
    expect(humanDuration(BigInt(seconds) * 1_000_000_000n)).toBe(expected);
  });

  test("for every state of a container", async () => {
    const clock = new ManualClock();
    const engine = new SimulatedEngine({ name: "host-1", seed: 1, address: { port: 0 }, clock });
    const container = engine.create({
      name: "web",
      restartPolicy: { name: "always" },
      health: { status: "healthy", afterMs: 5000 },
    });
    const seen = [statusText(container, clock.nowNs())];
    const note = (): number => seen.push(statusText(container, clock.nowNs()));
    container.start();
    note();
    clock.advance(120_000);
    note();
    container.pause();
    note();
    container.unpause();
    container.die(3);
    note();
    await container.stop();
    clock.advance(10_000);
    note();
    expect(seen).toEqual([
      "Created",
      "Up Less than a second (health: starting)",
      "Up 2 minutes (healthy)",
      "Up 2 minutes (Paused)",
      "Restarting (3) Less than a second ago",
      "Exited (3) 10 seconds ago",
    ]);
  });
});

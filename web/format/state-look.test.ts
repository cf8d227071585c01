import { describe, expect, test } from "vitest";
import { type ContainerStateFacts, containerLook, hostLook } from "./state-look.ts";

const running: ContainerStateFacts = {
  state: "running",
  health: "none",
  exitCode: null,
  oomKilled: false,
  restartCount: 0,
  removedAtNs: null,
};

describe("containers", () => {
  test.each<[Partial<ContainerStateFacts>, string, string, string]>([
    [{}, "dot", "Running", "ok"],
    [{ health: "healthy" }, "dot", "Running", "ok"],
    [{ health: "starting" }, "half-dot", "Starting", "warn"],
    [{ health: "unhealthy" }, "triangle", "Unhealthy", "danger"],
    [{ state: "restarting", restartCount: 7 }, "arrows", "Restarting (×7)", "warn"],
    [{ state: "paused" }, "bars", "Paused", "warn"],
    [{ state: "exited", exitCode: 0 }, "ring", "Exited (0)", "muted"],
    [{ state: "exited", exitCode: 137, oomKilled: true }, "cross", "Exited (137) · OOM", "danger"],
    [{ state: "exited", exitCode: 1 }, "cross", "Exited (1)", "danger"],
    [{ state: "exited", exitCode: null }, "ring", "Exited", "muted"],
    [{ state: "dead" }, "cross", "Dead", "danger"],
    [{ state: "created" }, "ring", "Created", "muted"],
    [{ state: "removing" }, "dashed-ring", "Removing", "muted"],
    [{ removedAtNs: "1" }, "dashed-ring", "Removed", "muted"],
  ])("%j", (facts, icon, word, tone) => {
    expect(containerLook({ ...running, ...facts })).toEqual({ icon, word, tone });
  });
});

describe("hosts", () => {
  test("a silent host carries the age of its last sign of life", () => {
    expect(hostLook("stale", 14_000)).toEqual({ icon: "clock", word: "Stale 14 s", tone: "warn" });
    expect(hostLook("offline", 185_000)).toEqual({ icon: "broken-link", word: "Offline 3 m", tone: "danger" });
    expect(hostLook("offline", null).word).toBe("Offline");
    expect(hostLook("online", 2_000).word).toBe("Online");
    expect(hostLook("pending", null).tone).toBe("muted");
  });
});

import { describe, expect, test } from "vitest";
import { decodeContainerDetails, decodeContainerList } from "./container-details.ts";

const ID = "ab".repeat(32);

const inspected = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  Id: ID,
  Name: "/web",
  Created: "2026-01-02T03:04:05.123456789Z",
  Image: "sha256:1234",
  RestartCount: 2,
  LogPath: "/var/lib/docker/containers/x/x-json.log",
  State: {
    Status: "running",
    Pid: 4242,
    ExitCode: 0,
    OOMKilled: false,
    StartedAt: "2026-01-02T03:04:06.5Z",
    FinishedAt: "0001-01-01T00:00:00Z",
    Health: { Status: "starting" },
  },
  Config: { Image: "nginx:1.27", Tty: true, StopTimeout: 30, Labels: { a: "b", odd: 7 } },
  HostConfig: { NetworkMode: "bridge", Memory: 0, LogConfig: { Type: "json-file", Config: { "max-size": "10m" } } },
  NetworkSettings: {
    Ports: {
      "443/tcp": null,
      "80/tcp": [
        { HostIp: "0.0.0.0", HostPort: "8080" },
        { HostIp: "::", HostPort: "8080" },
      ],
    },
  },
  ...changes,
});

test("an ordinary container, field by field", () => {
  expect(decodeContainerDetails(inspected())).toEqual({
    dockerId: ID,
    name: "web",
    image: "nginx:1.27",
    imageId: "sha256:1234",
    state: "running",
    health: "starting",
    exitCode: null,
    oomKilled: false,
    createdAtNs: 1767323045123456789n,
    startedAtNs: 1767323046500000000n,
    finishedAtNs: null,
    restartCount: 2,
    labels: { a: "b" },
    ports: [
      { containerPort: 80, protocol: "tcp", hostIp: "0.0.0.0", hostPort: 8080 },
      { containerPort: 80, protocol: "tcp", hostIp: "::", hostPort: 8080 },
      { containerPort: 443, protocol: "tcp", hostIp: null, hostPort: null },
    ],
    networkMode: "bridge",
    tty: true,
    logDriver: "json-file",
    logOptions: { "max-size": "10m" },
    memoryLimitBytes: null,
    cpuLimitCores: null,
    stopGraceSeconds: 30,
    pid: 4242,
    logPath: "/var/lib/docker/containers/x/x-json.log",
  });
});

test("never started, exited, killed: when there is an exit code, and when there is none", () => {
  const zero = "0001-01-01T00:00:00Z";
  const state = (fields: Record<string, unknown>) => decodeContainerDetails(inspected({ State: fields }));
  expect(state({ Status: "created", ExitCode: 0, StartedAt: zero })).toMatchObject({ exitCode: null, pid: null });
  const started = "2026-01-02T03:04:05Z";
  const exited = { Status: "exited", ExitCode: 137, OOMKilled: true, Pid: 0, StartedAt: started, FinishedAt: started };
  expect(state(exited)).toMatchObject({ state: "exited", exitCode: 137, oomKilled: true, pid: null, health: "none" });
});

test.each([
  ["configured", "created"],
  ["stopped", "exited"],
  ["stopping", "running"],
  ["something new", "dead"],
])("Podman's state %s is %s", (status, state) => {
  expect(decodeContainerDetails(inspected({ State: { Status: status } }))).toMatchObject({ state });
});

describe("limits", () => {
  test.each([
    [{ NanoCpus: 1_500_000_000 }, 1.5],
    [{ CpuQuota: 50_000, CpuPeriod: 100_000 }, 0.5],
    [{ CpuQuota: 50_000, CpuPeriod: 0 }, 0.5],
    [{ CpuQuota: -1 }, null],
    [{ CpusetCpus: "0-2,5" }, 4],
    [{ CpusetCpus: "0", NanoCpus: 4_000_000_000 }, 1],
    [{ CpusetCpus: "x,3-1" }, null],
  ])("%j is %s cores", (HostConfig, cpuLimitCores) => {
    expect(decodeContainerDetails(inspected({ HostConfig }))).toMatchObject({ cpuLimitCores });
  });

  test("a memory limit of 0 is none", () => {
    expect(decodeContainerDetails(inspected({ HostConfig: { Memory: 67_108_864 } }))).toMatchObject({
      memoryLimitBytes: 67_108_864,
    });
  });
});

test("fields of the wrong type or missing cost only themselves", () => {
  const odd = {
    Id: ID,
    Name: 7,
    State: "running",
    Config: null,
    HostConfig: [],
    NetworkSettings: { Ports: { "x/tcp": 1 } },
  };
  expect(decodeContainerDetails(odd)).toMatchObject({ dockerId: ID, name: "", state: "dead", labels: {}, ports: [] });
  for (const answer of [null, [], "x", {}, { Id: "short" }]) expect(decodeContainerDetails(answer)).toBeNull();
});

test("a list names what has a full id", () => {
  const list = [{ Id: ID, Names: ["/web", "/alias"] }, { Id: "short", Names: ["/x"] }, null, { Id: "cd".repeat(32) }];
  expect(decodeContainerList(list)).toEqual([
    { dockerId: ID, name: "web" },
    { dockerId: "cd".repeat(32), name: "" },
  ]);
  expect(decodeContainerList({ message: "no list" })).toEqual([]);
});

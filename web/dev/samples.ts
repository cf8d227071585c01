import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { asId, type ContainerId, type HostId, type ProjectId, type WorkloadId } from "@yardarm/protocol/ids";

/** Plausible hosts and containers for tests and the mock hub; whatever a case is about is given as `fields`. */

let counter = 0;
const next = (): string => {
  counter += 1;
  return counter.toString(36).padStart(20, "0");
};

export const SAMPLE_HOST_ID: HostId = asId("hst_00000000000000000000");

export const makeHost = (fields: Partial<Host> = {}): Host => ({
  hostId: SAMPLE_HOST_ID,
  projectId: asId<ProjectId>("prj_00000000000000000000"),
  name: "fra-1",
  status: "online",
  lastSeenAtNs: "1795269731123456789",
  enrolledAtNs: "1795000000000000000",
  agentVersion: "0.1.0",
  machine: {
    hostname: "fra-1",
    os: "Debian GNU/Linux 12 (bookworm)",
    kernel: "6.1.0-41-amd64",
    arch: "x86_64",
    cpus: 8,
    memoryBytes: 33_554_432_000,
  },
  engine: { state: "connected", kind: "docker", version: "29.0.1", apiVersion: "1.52", simulated: false },
  metricsBackend: "cgroup",
  clockSkewMs: 3,
  keyFingerprint: "b1946ac9 2492d234 7c6235b4 d2611184 ef537d2a 0f3b9b1c 5d07c2d9 a3a8b0e1",
  ...fields,
});

export const makeContainer = (fields: Partial<Container> = {}): Container => {
  const id = next();
  return {
    containerId: asId<ContainerId>(`ctr_${id}`),
    workloadId: asId<WorkloadId>(`wkl_${id}`),
    hostId: SAMPLE_HOST_ID,
    dockerId: asId(id.replaceAll(/[^0-9a-f]/g, "0").padStart(64, "0")),
    name: `web-${id}`,
    image: "nginx:1.29",
    imageId: `sha256:${"ab".repeat(32)}`,
    state: "running",
    health: "none",
    exitCode: null,
    oomKilled: false,
    createdAtNs: "1795200000000000000",
    startedAtNs: "1795200001000000000",
    finishedAtNs: null,
    restartCount: 0,
    labels: {},
    ports: [],
    networkMode: "bridge",
    tty: false,
    logDriver: "json-file",
    logOptions: {},
    memoryLimitBytes: null,
    cpuLimitCores: null,
    stopGraceSeconds: null,
    compose: null,
    isAgent: false,
    removedAtNs: null,
    logSource: { kind: "api", behindMs: 0 },
    ...fields,
  };
};

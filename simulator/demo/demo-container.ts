import type { ContainerSpec } from "../container/container-spec.ts";
import type { Load } from "../container/load.ts";
import type { DemoProgram } from "./demo-line.ts";

const MIB = 1024 * 1024;
const KIB = 1024;

/** What a demo container has behind it when the fleet starts; without `ended` it runs. Hours count from the last midnight. */
export interface DemoPast {
  readonly startedHoursAgo: number;
  readonly ended?: { readonly hoursAgo: number; readonly exitCode: number; readonly isOomKilled?: boolean };
  readonly isPaused?: boolean;
}

export interface DemoContainer {
  readonly spec: ContainerSpec;
  readonly program: DemoProgram;
  /** Absent = created and never started. */
  readonly past: DemoPast | undefined;
}

export interface DemoHost {
  readonly name: string;
  readonly cpus: number;
  readonly memoryGib: number;
  readonly labels: readonly string[];
  readonly containers: readonly DemoContainer[];
}

/** A load in plain words: cores, memory in MiB, network in KiB/s, disk writes in KiB/s. All wander by a third. */
export const load = (cores: number, memoryMib: number, networkKib = 4, writeKib = 2): Load => {
  const around = (base: number, share: number) => ({ base, swing: base * share });
  return {
    cpuCores: around(cores, 0.6),
    memoryBytes: around(memoryMib * MIB, 0.06),
    networkRxBytesPerSecond: around(networkKib * KIB, 0.7),
    networkTxBytesPerSecond: around(networkKib * KIB * 1.7, 0.7),
    blockReadBytesPerSecond: around(writeKib * KIB * 0.3, 0.9),
    blockWriteBytesPerSecond: around(writeKib * KIB, 0.8),
    pids: Math.max(2, Math.round(cores * 20) + 5),
  };
};

/** The labels and the name that compose gives to a service's container. */
export const compose = (
  project: string,
  service: string,
  number = 1,
): Pick<ContainerSpec, "name" | "labels" | "networkMode"> => ({
  name: `${project}-${service}-${number}`,
  networkMode: `${project}_default`,
  labels: {
    "com.docker.compose.project": project,
    "com.docker.compose.service": service,
    "com.docker.compose.container-number": `${number}`,
    "com.docker.compose.oneoff": "False",
    "com.docker.compose.project.working_dir": `/srv/${project}`,
    "com.docker.compose.project.config_files": `/srv/${project}/compose.yaml`,
  },
});

/** A container that has been up for so many hours. */
export const up = (
  startedHoursAgo: number,
  program: DemoProgram,
  spec: ContainerSpec & { readonly extraLabels?: Readonly<Record<string, string>> },
): DemoContainer => {
  const { extraLabels, ...rest } = spec;
  return {
    program,
    past: { startedHoursAgo },
    spec: {
      restartPolicy: { name: "unless-stopped" },
      onStopSignal: { exitCode: 0, afterMs: 350 },
      ...rest,
      labels: { ...rest.labels, ...extraLabels },
    },
  };
};

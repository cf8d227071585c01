import { goTime } from "./rfc3339.ts";
import type { EngineProfile } from "./engine-profile.ts";
import { isLive } from "./container/container-state.ts";
import type { SimulatedContainer } from "./container/simulated-container.ts";

/** The label by which a simulated engine is known: it MUST be impossible to mistake one for a real host. */
const SIMULATED_LABEL = "yardarm.simulated=true";

/** What an engine says about itself and its machine. */
export interface EngineIdentity {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly cpus: number;
  readonly memoryBytes: number;
}

export const versionJson = (profile: EngineProfile): object => ({
  Platform: { Name: "" },
  Components: [
    {
      Name: "Engine",
      Version: profile.version,
      Details: {
        ApiVersion: profile.apiVersion,
        MinAPIVersion: profile.minApiVersion,
        Arch: "amd64",
        Os: "linux",
        KernelVersion: KERNEL,
        Experimental: "false",
      },
    },
    { Name: "containerd", Version: "1.7.27", Details: {} },
    { Name: "runc", Version: "1.2.6", Details: {} },
  ],
  Version: profile.version,
  ApiVersion: profile.apiVersion,
  MinAPIVersion: profile.minApiVersion,
  GitCommit: "simulated",
  GoVersion: "go1.23.8",
  Os: "linux",
  Arch: "amd64",
  KernelVersion: KERNEL,
});

const KERNEL = "6.1.0-32-amd64";

/** `GET /info`. Its `Labels` always carry the simulator's mark. */
export const infoJson = (
  identity: EngineIdentity,
  profile: EngineProfile,
  state: {
    readonly containers: Iterable<SimulatedContainer>;
    readonly nowNs: bigint;
    readonly eventsListeners: number;
  },
): object => {
  const containers = [...state.containers];
  const paused = containers.filter((container) => container.state.status === "paused").length;
  const live = containers.filter((container) => isLive(container.state)).length;
  return {
    ID: identity.id,
    Containers: containers.length,
    ContainersRunning: live - paused,
    ContainersPaused: paused,
    ContainersStopped: containers.length - live,
    Images: new Set(containers.map((container) => container.spec.image)).size,
    Driver: "overlay2",
    Plugins: {
      Volume: ["local"],
      Network: ["bridge", "host", "null"],
      Authorization: null,
      Log: ["json-file", "local"],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    OomKillDisable: false,
    NFd: 32,
    NGoroutines: 48,
    NEventsListener: state.eventsListeners,
    SystemTime: goTime(state.nowNs),
    LoggingDriver: "json-file",
    CgroupDriver: "systemd",
    CgroupVersion: "2",
    KernelVersion: KERNEL,
    OperatingSystem: "Debian GNU/Linux 12 (bookworm), simulated",
    OSVersion: "12",
    OSType: "linux",
    Architecture: "x86_64",
    NCPU: identity.cpus,
    MemTotal: identity.memoryBytes,
    DockerRootDir: "/var/lib/docker",
    Name: identity.name,
    Labels: [SIMULATED_LABEL, ...identity.labels],
    ExperimentalBuild: false,
    ServerVersion: profile.version,
    DefaultRuntime: "runc",
    LiveRestoreEnabled: false,
    SecurityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"],
    Warnings: null,
  };
};

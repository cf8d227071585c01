import { NS_PER_SECOND } from "../clock.ts";
import { hexFrom } from "../noise.ts";
import { goTime, NEVER } from "../rfc3339.ts";
import type { ContainerSpec } from "./container-spec.ts";
import { endingOf, runOf } from "./container-state.ts";
import type { SimulatedContainer } from "./simulated-container.ts";
import { statusText } from "./status-text.ts";

const DEFAULT_IMAGE = "busybox:latest";
const DEFAULT_COMMAND = ["/bin/sh", "-c", "run"] as const;

export const imageOf = (spec: ContainerSpec): string => spec.image ?? DEFAULT_IMAGE;
const imageIdOf = (spec: ContainerSpec): string => `sha256:${hexFrom("image", imageOf(spec))}`;
const commandOf = (spec: ContainerSpec): readonly string[] => spec.command ?? DEFAULT_COMMAND;
export const networkModeOf = (spec: ContainerSpec): string => spec.networkMode ?? "bridge";

/** The engine writes `default` where nothing was asked for. */
const hostNetworkMode = (spec: ContainerSpec): string => spec.networkMode ?? "default";

/** Whether it has an interface of its own: neither the host's network, nor none, nor another container's. */
export const hasOwnNetwork = (spec: ContainerSpec): boolean => {
  const mode = networkModeOf(spec);
  return mode !== "host" && mode !== "none" && !mode.startsWith("container:");
};

/** One element of `GET /containers/json`. */
export const listJson = (container: SimulatedContainer, nowNs: bigint): object => {
  const { spec, state } = container;
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: imageOf(spec),
    ImageID: imageIdOf(spec),
    Command: commandOf(spec).join(" "),
    Created: Number(container.createdNs / NS_PER_SECOND),
    Ports: runOf(state) === undefined ? [] : listPorts(spec),
    Labels: spec.labels ?? {},
    State: state.status,
    Status: statusText(container, nowNs),
    HostConfig: { NetworkMode: hostNetworkMode(spec) },
    NetworkSettings: { Networks: networksJson(container) },
    Mounts: [],
  };
};

/** `GET /containers/{id}/json`. */
export const inspectJson = (container: SimulatedContainer): object => {
  const { spec } = container;
  const [path, ...args] = commandOf(spec);
  const directory = `/var/lib/docker/containers/${container.id}`;
  return {
    Id: container.id,
    Created: goTime(container.createdNs),
    Path: path,
    Args: args,
    State: stateJson(container),
    Image: imageIdOf(spec),
    ResolvConfPath: `${directory}/resolv.conf`,
    HostnamePath: `${directory}/hostname`,
    HostsPath: `${directory}/hosts`,
    LogPath: hasLogFile(container) ? `${directory}/${container.id}-json.log` : "",
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: "overlay2",
    Platform: "linux",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: "",
    ExecIDs: null,
    HostConfig: hostConfigJson(spec),
    GraphDriver: { Data: null, Name: "overlay2" },
    Mounts: [],
    Config: configJson(container),
    NetworkSettings: {
      Bridge: "",
      Ports: runOf(container.state) === undefined ? {} : portBindings(spec),
      Networks: networksJson(container),
    },
  };
};

/** The engine names the file from the first start on. Here nothing is ever there: a client has to fall back to the API. */
const hasLogFile = ({ spec, state }: SimulatedContainer): boolean =>
  (spec.logs?.driver ?? "json-file") === "json-file" && state.status !== "created";

const stateJson = (container: SimulatedContainer): object => {
  const { state, health } = container;
  const run = runOf(state);
  const ending = endingOf(state);
  return {
    Status: state.status,
    Running: run !== undefined || state.status === "restarting",
    Paused: state.status === "paused",
    Restarting: state.status === "restarting",
    OOMKilled: ending?.isOomKilled ?? false,
    Dead: false,
    Pid: run?.pid ?? 0,
    ExitCode: ending?.exitCode ?? 0,
    Error: "",
    StartedAt: run === undefined && ending === undefined ? NEVER : goTime(run?.startedNs ?? ending?.startedNs ?? 0n),
    FinishedAt: container.lastFinishedNs === undefined ? NEVER : goTime(container.lastFinishedNs),
    ...(health === undefined
      ? {}
      : {
          Health: {
            Status: health.status,
            FailingStreak: health.failingStreak,
            Log:
              health.status === "starting"
                ? []
                : [
                    {
                      Start: goTime(health.sinceNs),
                      End: goTime(health.sinceNs),
                      ExitCode: health.status === "healthy" ? 0 : 1,
                      Output: health.output,
                    },
                  ],
          },
        }),
  };
};

const hostConfigJson = (spec: ContainerSpec): object => ({
  LogConfig: { Type: spec.logs?.driver ?? "json-file", Config: logOptions(spec) },
  NetworkMode: hostNetworkMode(spec),
  PortBindings: portBindings(spec),
  RestartPolicy: {
    Name: spec.restartPolicy?.name ?? "",
    MaximumRetryCount: spec.restartPolicy?.maximumRetryCount ?? 0,
  },
  AutoRemove: spec.autoRemove ?? false,
  Memory: spec.memoryLimitBytes ?? 0,
  NanoCpus: Math.round((spec.cpuLimitCores ?? 0) * 1e9),
  CpuShares: 0,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpusetCpus: "",
  PidsLimit: null,
  Privileged: false,
  PidMode: "",
  IpcMode: "private",
  CgroupParent: "",
  Runtime: "runc",
});

const logOptions = ({ logs }: ContainerSpec): Record<string, string> => ({
  ...(logs?.maxFileBytes === undefined ? {} : { "max-size": `${logs.maxFileBytes}` }),
  ...(logs?.maxFiles === undefined ? {} : { "max-file": `${logs.maxFiles}` }),
});

const configJson = (container: SimulatedContainer): object => {
  const { spec } = container;
  return {
    Hostname: container.id.slice(0, 12),
    Domainname: "",
    User: "",
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ...((spec.ports?.length ?? 0) === 0
      ? {}
      : { ExposedPorts: Object.fromEntries(portKeys(spec).map((key) => [key, {}])) }),
    Tty: spec.tty ?? false,
    OpenStdin: false,
    StdinOnce: false,
    Env: spec.env ?? [],
    Cmd: commandOf(spec),
    ...(spec.health === undefined
      ? {}
      : {
          Healthcheck: { Test: ["CMD-SHELL", "check"], Interval: 30_000_000_000, Timeout: 5_000_000_000, Retries: 3 },
        }),
    Image: imageOf(spec),
    Volumes: null,
    WorkingDir: "",
    Entrypoint: null,
    OnBuild: null,
    Labels: spec.labels ?? {},
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(spec.stopTimeoutSeconds === undefined ? {} : { StopTimeout: spec.stopTimeoutSeconds }),
  };
};

const portKeys = (spec: ContainerSpec): string[] =>
  (spec.ports ?? []).map((port) => `${port.containerPort}/${port.protocol ?? "tcp"}`);

const portBindings = (spec: ContainerSpec): Record<string, readonly object[]> =>
  Object.fromEntries(
    (spec.ports ?? []).flatMap((port) =>
      port.hostPort === undefined
        ? []
        : [[`${port.containerPort}/${port.protocol ?? "tcp"}`, [{ HostIp: "0.0.0.0", HostPort: `${port.hostPort}` }]]],
    ),
  );

const listPorts = (spec: ContainerSpec): object[] =>
  (spec.ports ?? []).map((port) => ({
    ...(port.hostPort === undefined ? {} : { IP: "0.0.0.0", PublicPort: port.hostPort }),
    PrivatePort: port.containerPort,
    Type: port.protocol ?? "tcp",
  }));

/** The id of a network, the same for all containers on it. */
export const networkIdOf = (mode: string): string => hexFrom("network", mode);

const networksJson = (container: SimulatedContainer): Record<string, object> => {
  const mode = networkModeOf(container.spec);
  if (mode.startsWith("container:")) return {};
  const isUp = runOf(container.state) !== undefined && hasOwnNetwork(container.spec);
  const host = 2 + (container.seed % 250);
  return {
    [mode]: {
      IPAMConfig: null,
      Links: null,
      Aliases: null,
      NetworkID: networkIdOf(mode),
      EndpointID: isUp ? hexFrom("network-member", container.id) : "",
      Gateway: isUp ? "172.17.0.1" : "",
      IPAddress: isUp ? `172.17.0.${host}` : "",
      IPPrefixLen: isUp ? 16 : 0,
      MacAddress: isUp ? `02:42:ac:11:00:${host.toString(16).padStart(2, "0")}` : "",
      DriverOpts: null,
    },
  };
};

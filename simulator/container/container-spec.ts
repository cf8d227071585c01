import type { LogHistory } from "../logs/log-store.ts";
import type { Load } from "./load.ts";

export type RestartPolicyName = "no" | "always" | "unless-stopped" | "on-failure";
export type HealthStatus = "starting" | "healthy" | "unhealthy";

/** What the main process does when it gets the stop signal. */
export type StopReaction = "ignore" | { readonly exitCode: number; readonly afterMs: number };

export interface PublishedPort {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly protocol?: "tcp" | "udp";
}

/** What a container is created from. Everything but the name has a plain default. */
export interface ContainerSpec {
  readonly name: string;
  /** Default `busybox:latest`. */
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly string[];
  readonly command?: readonly string[];
  readonly tty?: boolean;
  readonly ports?: readonly PublishedPort[];
  /** `bridge`, `host`, `none`, `container:<id>` or the name of a network. Default `bridge`. */
  readonly networkMode?: string;
  readonly restartPolicy?: { readonly name: RestartPolicyName; readonly maximumRetryCount?: number };
  readonly autoRemove?: boolean;
  /** Default SIGTERM. */
  readonly stopSignal?: string;
  /** `Config.StopTimeout`; default none, so that the engine's 10 s hold. */
  readonly stopTimeoutSeconds?: number;
  /** Default: exit code 0 at once. */
  readonly onStopSignal?: StopReaction;
  /** A health check is configured; it reports this first, `afterMs` after each start. Without `afterMs` it stays `starting`. */
  readonly health?: { readonly status: Exclude<HealthStatus, "starting">; readonly afterMs?: number };
  /** 0 or absent = the host's memory. */
  readonly memoryLimitBytes?: number;
  readonly cpuLimitCores?: number;
  readonly load?: Load;
  readonly logs?: ContainerLogSpec;
}

export interface ContainerLogSpec {
  /** Default `json-file`. */
  readonly driver?: "json-file" | "local" | "journald" | "none";
  /** `max-size` in bytes; rotation happens by itself then. */
  readonly maxFileBytes?: number;
  /** `max-file`; default 1. */
  readonly maxFiles?: number;
  /** Memory for written messages; default 256 KiB. Beyond it the oldest go. */
  readonly maxBytes?: number;
  /** Share of a rotated file that follows repeat; default 0.3. */
  readonly repeatShare?: number;
  /** Lines before everything written, made when read. */
  readonly history?: LogHistory;
}

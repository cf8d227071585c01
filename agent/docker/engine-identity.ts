/** What kind of engine answers, and on what kind of host it runs. */
import type { IncomingHttpHeaders } from "node:http";
import { compareVersions } from "./api-version.ts";
import { arrayAt, asObject, type JsonObject, numberAt, positiveAt, textAt } from "./json-fields.ts";

export type EngineKind = "docker" | "podman";

export type EngineIdentity = {
  readonly kind: EngineKind;
  /** The engine's own version, "20.10.24". */
  readonly engineVersion: string;
  /** The negotiated API version that every call uses. */
  readonly apiVersion: string;
  /** The engine's own id; survives restarts, "" when it has none. */
  readonly engineId: string;
  readonly hostName: string;
  readonly operatingSystem: string;
  readonly kernelVersion: string;
  readonly architecture: string;
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  readonly cgroupVersion: "1" | "2" | null;
  readonly cgroupDriver: string;
  /** Containers share a kernel with this engine's host, but the engine itself runs inside a virtual machine. */
  readonly isDesktop: boolean;
  readonly isRootless: boolean;
  /** A simulated engine (it labels itself), whose containers do not exist. */
  readonly isSimulated: boolean;
  /** Where the engine keeps its containers; "" when it does not say. */
  readonly rootDirectory: string;
  /** `one-shot` stats answer at once; on older engines each call waits for a tick of the collector (up to 2 s). */
  readonly hasImmediateStats: boolean;
  /** The engine's clock when it answered, to the second; where a subscription to events must begin. */
  readonly answeredAtNs: bigint;
};

/** `Server: Libpod/4.3.1 (linux)` and `Libpod-Api-Version` are Podman's; everything else counts as Docker. */
export const kindFromPing = (headers: IncomingHttpHeaders): EngineKind =>
  headers["libpod-api-version"] !== undefined || /libpod/i.test(String(headers.server ?? "")) ? "podman" : "docker";

/** Combines the answers of `/_ping`, `/version` and `/info`. `nowMs` stands in when the engine sends no date. */
export const decodeIdentity = (answers: {
  readonly pingHeaders: IncomingHttpHeaders;
  readonly version: unknown;
  readonly info: unknown;
  readonly apiVersion: string;
  readonly nowMs: number;
}): EngineIdentity => {
  const version = asObject(answers.version);
  const info = asObject(answers.info);
  const isPodman = kindFromPing(answers.pingHeaders) === "podman" || hasPodmanComponent(version);
  const kind = isPodman ? "podman" : "docker";
  const engineVersion = textAt(version, "Version") || textAt(info, "ServerVersion");
  const cgroupVersion = textAt(info, "CgroupVersion");
  const dateMs = Date.parse(answers.pingHeaders.date ?? "");
  return {
    kind,
    engineVersion,
    apiVersion: answers.apiVersion,
    engineId: textAt(info, "ID"),
    hostName: textAt(info, "Name"),
    operatingSystem: textAt(info, "OperatingSystem"),
    kernelVersion: textAt(info, "KernelVersion"),
    architecture: textAt(info, "Architecture"),
    cpus: positiveAt(info, "NCPU"),
    memoryBytes: numberAt(info, "MemTotal"),
    cgroupVersion: cgroupVersion === "1" || cgroupVersion === "2" ? cgroupVersion : null,
    cgroupDriver: textAt(info, "CgroupDriver"),
    isDesktop: /docker desktop/i.test(textAt(info, "OperatingSystem")),
    isRootless: arrayAt(info, "SecurityOptions").some((option) => String(option).startsWith("name=rootless")),
    isSimulated: arrayAt(info, "Labels").includes("yardarm.simulated=true"),
    rootDirectory: textAt(info, "DockerRootDir"),
    hasImmediateStats: kind === "podman" || hasImmediateOneShot(engineVersion),
    answeredAtNs: BigInt(Number.isNaN(dateMs) ? answers.nowMs : dateMs) * 1_000_000n,
  };
};

const hasPodmanComponent = (version: JsonObject): boolean =>
  arrayAt(version, "Components").some((component) => /podman/i.test(textAt(asObject(component), "Name")));

/** Immediate from 23.0.8, 24.0.7 and 25.0.0. */
export const hasImmediateOneShot = (engineVersion: string): boolean => {
  if (compareVersions(engineVersion, "25.0.0") >= 0) return true;
  if (compareVersions(engineVersion, "24.0.0") >= 0) return compareVersions(engineVersion, "24.0.7") >= 0;
  return compareVersions(engineVersion, "23.0.8") >= 0;
};

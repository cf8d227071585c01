import type { Host } from "@yardarm/protocol/host";
import { formatPlural } from "../../format/percent.ts";

/** What has happened of a host's arrival, as the list that a person watches. */

export type EnrollmentStep = {
  readonly state: "done" | "waiting" | "failed";
  readonly text: string;
  readonly detail?: string;
};

/** False while all that is known of the host is an arrival before the one that is watched: every agent brings its own key. */
export const hasArrived = (host: Host | undefined, before: Host | null): boolean =>
  before === null ||
  host?.keyFingerprint !== before.keyFingerprint ||
  host.approval?.keyFingerprint !== before.approval?.keyFingerprint ||
  before.keyFingerprint === null;

/** `host` is `undefined` until the inventory names it. `containers` counts what is known of it. */
export const enrollmentSteps = (host: Host | undefined, containers: number): readonly EnrollmentStep[] => {
  const isEnrolled = host !== undefined && host.enrolledAtNs !== null;
  const fingerprint = host?.keyFingerprint ?? null;
  if (host?.approval !== undefined) {
    return [
      { state: "done", text: "Token used" },
      { state: "waiting", text: "Key to be approved", detail: host.approval.keyFingerprint },
      engineStep(undefined),
      { state: "waiting", text: "No containers yet" },
    ];
  }
  return [
    isEnrolled ? { state: "done", text: "Token used" } : { state: "waiting", text: "Waiting for the token to be used" },
    fingerprint === null
      ? { state: "waiting", text: "Key to be pinned" }
      : { state: "done", text: "Key pinned", detail: fingerprint },
    engineStep(host),
    containers > 0
      ? { state: "done", text: formatPlural(containers, "container") }
      : { state: "waiting", text: "No containers yet" },
  ];
};

const engineStep = (host: Host | undefined): EnrollmentStep => {
  const engine = host?.engine ?? null;
  if (engine === null) return { state: "waiting", text: "Engine to be found" };
  if (engine.state === "unreachable") return { state: "failed", text: "Engine not reachable", detail: engine.message };
  return { state: "done", text: `${engine.kind === "podman" ? "Podman" : "Docker"} ${engine.version} found` };
};

import { createHash } from "node:crypto";
import type { Host, HostStatus } from "@yardarm/protocol/host";
import type { HostRecord } from "../storage/tables/hosts.ts";

/** SHA-256 of the agent's public key in groups of four hex digits: what a person compares by eye. */
const fingerprintOf = (publicKey: string): string =>
  createHash("sha256")
    .update(Buffer.from(publicKey, "base64url"))
    .digest("hex")
    .slice(0, 32)
    .replace(/(.{4})(?=.)/g, "$1 ");

/** A host as people see it: its row, and how it is right now. */
export const hostView = (
  record: HostRecord,
  live: {
    readonly status: HostStatus;
    readonly lastSeenAtNs: string | null;
    /** Kept only while the hub runs: the agent says it again with every connection. */
    readonly policy?: Host["policy"];
  },
): Host => {
  const lastSeenAtNs = live.lastSeenAtNs ?? record.lastSeenAtNs;
  return {
    hostId: record.hostId,
    projectId: record.projectId,
    name: record.name,
    // A host that was never heard has not gone away: it is still on its way.
    status: record.enrolledAtNs === null || lastSeenAtNs === null ? "pending" : live.status,
    lastSeenAtNs,
    enrolledAtNs: record.enrolledAtNs,
    agentVersion: record.agentVersion,
    machine: record.machine,
    engine: record.engine,
    metricsBackend: record.metricsBackend,
    ...(live.policy === undefined ? {} : { policy: live.policy }),
    clockSkewMs: record.clockSkewMs,
    keyFingerprint: record.agentPublicKey === null ? null : fingerprintOf(record.agentPublicKey),
  };
};

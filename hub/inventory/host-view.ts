import { createHash } from "node:crypto";
import type { Host, HostApproval, HostStatus } from "@yardarm/protocol/host";
import { formatKeyFingerprint } from "@yardarm/protocol/key-fingerprint";
import type { HostRecord } from "../storage/tables/hosts.ts";

const fingerprintOf = (publicKey: string): string =>
  formatKeyFingerprint(createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("hex"));

/** The agent that waits for a person, if one does. */
const approvalOf = ({ nextKey }: HostRecord): HostApproval | undefined =>
  nextKey?.kind === "approval" && nextKey.claim !== null
    ? { ...nextKey.claim, keyFingerprint: fingerprintOf(nextKey.publicKey) }
    : undefined;

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
  const approval = approvalOf(record);
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
    ...(approval === undefined ? {} : { approval }),
    ...(record.clonedAtNs === null ? {} : { clonedAtNs: record.clonedAtNs }),
  };
};

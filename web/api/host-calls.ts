import { type Host, hostSchema } from "@yardarm/protocol/host";
import type { HostId } from "@yardarm/protocol/ids";
import { request, requestNothing } from "./http.ts";

/** Calls about the agent of a host and its key. */

/** `keyFingerprint` is what the person compared: another agent may wait by now. */
export const judgeAgent = (hostId: HostId, verdict: "approve" | "refuse", keyFingerprint: string): Promise<Host> =>
  request(`/api/hosts/${encodeURIComponent(hostId)}/${verdict}`, hostSchema, {
    method: "POST",
    body: { keyFingerprint },
  });

/** The agent makes itself another key; the inventory tells when that is in force. */
export const rotateKey = (hostId: HostId): Promise<void> =>
  requestNothing(`/api/hosts/${encodeURIComponent(hostId)}/rotate-key`, { method: "POST", body: {} });

import type { AuditRow, AuditVerdict } from "@yardarm/protocol/api/audit";
import type { MockFleet } from "./mock-fleet.ts";
import type { Answer, MockRequest } from "./mock-routes.ts";

/** The audit as the mock hub tells it: one row of each look. */

const ROW_GAP_MS = 7 * 60_000;
const ROWS_PER_PAGE = 12;

/** `null` for what is not its business. */
export const answerAudit = (fleet: MockFleet, { method, path, query }: MockRequest): Answer | null => {
  if (method !== "GET") return null;
  if (path === "/api/audit/verify") return { status: 200, body: verdictOf(fleet) };
  if (path !== "/api/audit") return null;
  const kinds = query.get("kind")?.split(",");
  const before = Number(query.get("cursor") ?? Number.POSITIVE_INFINITY);
  const found = rowsOf(fleet).filter(({ seq, kind }) => seq < before && (kinds?.includes(kind) ?? true));
  const items = found.slice(0, ROWS_PER_PAGE);
  return { status: 200, body: { items, nextCursor: found.length > items.length ? String(items.at(-1)?.seq) : null } };
};

const HOUR_MS = 3_600_000;
const START_MS = Date.now() - HOUR_MS;

const rowsOf = (fleet: MockFleet): readonly AuditRow[] => {
  const [container] = fleet.containers.values();
  const [host] = fleet.hosts.values();
  const user = { type: "user", id: "usr_00000000000000000000", name: "Olga Owner" };
  const about = { type: "container", id: container?.containerId ?? null, name: "" };
  const hostTarget = { type: "host", id: host?.hostId ?? null, name: host?.name ?? "" };
  const agent = { type: "agent", id: host?.hostId ?? null, name: "" };
  const samples: readonly Partial<AuditRow>[] = [
    { kind: "session.signed_in", target: null },
    { kind: "host.created", target: hostTarget },
    {
      kind: "action.intent",
      target: about,
      reason: "deploy 41 hangs",
      outcome: "pending",
      details: { verb: "RESTART" },
    },
    { kind: "action.outcome", actor: agent, target: about, address: null, details: { verb: "RESTART" } },
    {
      kind: "action.outcome",
      actor: agent,
      target: about,
      outcome: "unknown",
      address: null,
      details: { verb: "STOP" },
    },
    {
      kind: "action.outcome",
      actor: agent,
      target: about,
      outcome: "failure",
      address: null,
      details: { verb: "KILL" },
    },
    { kind: "access.denied", target: null, outcome: "denied", details: { permission: "container.stop", count: 3 } },
  ];
  return Array.from({ length: 30 }, (_, index): AuditRow => {
    const seq = 30 - index;
    return {
      kind: "session.signed_in",
      actor: user,
      target: null,
      address: "192.0.2.17",
      reason: null,
      outcome: "success",
      details: {},
      ...samples[seq % samples.length],
      seq,
      atNs: `${START_MS - index * ROW_GAP_MS}000000`,
      hash: seq.toString(16).padStart(64, "0"),
    };
  });
};

const verdictOf = (fleet: MockFleet): AuditVerdict => {
  const [host] = fleet.hosts.values();
  const witnesses = host === undefined ? [] : [{ hostId: host.hostId, seq: 28 }];
  if (fleet.isAuditBroken) return { ok: false, brokenSeq: 17, problem: "changed", witnesses };
  return { ok: true, rows: 30, fromSeq: 1, head: { seq: 30, hash: "1e".padStart(64, "0") }, witnesses };
};

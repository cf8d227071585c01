/** Whether the audit says of each action what the action says of itself, and nothing else. */
import { type Action, isSettled } from "@yardarm/protocol/action";
import type { AuditRow, AuditVerdict } from "@yardarm/protocol/api/audit";
import type { List } from "@yardarm/protocol/api/list";
import type { ActionId } from "@yardarm/protocol/ids";
import type { HubSession } from "../../../testkit/hub-session.ts";

export type AuditCheck = {
  readonly actions: number;
  /** Actions that the hub still calls open. */
  readonly open: number;
  /** Of the whole chain, as the hub verified it. */
  readonly rows: number;
  readonly witnesses: number;
  /** What it says was done, by verb. */
  readonly done: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
};

const all = async <Item>(session: HubSession, path: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: List<Item> = await session.get(`${path}${cursor === null ? "" : `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return items;
  }
};

export const checkAudit = async (session: HubSession, known: ReadonlySet<ActionId>): Promise<AuditCheck> => {
  const actions = await all<Action>(session, "/api/actions?limit=200");
  const rows = await all<AuditRow>(session, "/api/audit?limit=500&kind=action.intent,action.outcome");
  const verdict = await session.get<AuditVerdict>("/api/audit/verify");
  const faults: string[] = [];
  if (!verdict.ok) faults.push(`the audit is broken at row ${verdict.brokenSeq}: ${verdict.problem}`);
  if (verdict.witnesses.length === 0) faults.push("no agent witnessed the audit");
  const byAction = Map.groupBy(rows.toReversed(), ({ details }) => String(details.actionId));
  for (const action of actions) {
    const own = byAction.get(action.actionId) ?? [];
    byAction.delete(action.actionId);
    const fault = faultOf(action, own);
    if (fault !== null) faults.push(`${action.verb} ${action.actionId} ${action.state}: ${fault}`);
  }
  for (const actionId of byAction.keys()) faults.push(`the audit knows ${actionId}, the hub does not`);
  const listed = new Set(actions.map(({ actionId }) => actionId));
  for (const actionId of known) if (!listed.has(actionId)) faults.push(`${actionId} was answered and is gone`);
  const done = new Map<string, number>();
  for (const { kind, outcome, details } of rows) {
    if (kind !== "action.outcome" || outcome !== "success") continue;
    done.set(String(details.verb), (done.get(String(details.verb)) ?? 0) + 1);
  }
  return {
    done,
    actions: actions.length,
    open: actions.filter(({ state }) => !isSettled(state)).length,
    rows: verdict.ok ? verdict.rows : 0,
    witnesses: verdict.witnesses.length,
    faults,
  };
};

const faultOf = (action: Action, rows: readonly AuditRow[]): string | null => {
  const [first, ...later] = rows;
  if (first?.kind !== "action.intent") return "nothing says that it was wanted";
  if (later.some(({ kind }) => kind !== "action.outcome")) return "it was wanted twice";
  const states = later.map(({ details }) => details.state);
  if (isSettled(action.state) && states.at(-1) !== action.state) return `the audit says ${states.join(", ")}`;
  if (states.slice(0, -1).some((state) => state !== "unknown")) return `it ended more than once: ${states.join(", ")}`;
  const isLate = later.at(-1)?.details.resolvedLate === true;
  return states.length > 1 && !isLate ? "it was resolved late, and the audit does not say so" : null;
};

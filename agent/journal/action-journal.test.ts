import { appendFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ActionResult } from "@yardarm/protocol/agent-up/action-result";
import { type ActionId, asId, type DockerId } from "@yardarm/protocol/ids";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeTempDir, type TempDir } from "../../testkit/temp-dir.ts";
import { type AcceptedAction, ActionJournal } from "./action-journal.ts";

const NOW_NS = 1_780_000_000_000_000_000n;
const DAY_NS = 86_400_000_000_000n;
const idOf = (n: number) => asId<ActionId>(`act_${String(n).padStart(20, "0")}`);
const intent = (seq: number) => ({ seq, hash: String(seq).padStart(64, "0") });
const action = (n: number, deadlineNs = NOW_NS): AcceptedAction => ({
  actionId: idOf(n),
  dockerId: asId<DockerId>("a".repeat(64)),
  verb: "STOP",
  deadlineNs: String(deadlineNs),
  intent: intent(n),
  before: { state: "running", startedAtNs: "1" },
});
const result = (n: number): ActionResult => ({
  type: "action_result",
  action_id: idOf(n),
  status: "SUCCESS",
  payload: "{}",
  signature: "s",
});

describe("action journal", () => {
  let temp: TempDir;
  let path: string;
  const open = (nowNs = NOW_NS, limit?: number) => new ActionJournal(path, nowNs, limit);

  beforeEach(async () => {
    temp = await makeTempDir("journal");
    path = join(temp.path, "actions.journal");
  });
  afterEach(() => temp.remove());

  test("[ACTN-08] knows what was accepted and how it ended after a crash, without being closed", () => {
    const journal = open();
    journal.accept(action(1));
    journal.accept(action(2));
    journal.settle(idOf(1), result(1));
    const reopened = open();
    expect(reopened.find(idOf(1))).toEqual({ action: action(1), result: result(1) });
    expect(reopened.find(idOf(2))).toEqual({ action: action(2), result: null });
    expect(reopened.find(idOf(3))).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("survives the half line of a crash, and goes on behind it", () => {
    open().accept(action(1));
    appendFileSync(path, '{"event":"settled","acti');
    const reopened = open();
    expect(reopened.find(idOf(1))?.result).toBeNull();
    reopened.settle(idOf(1), result(1));
    expect(open().find(idOf(1))?.result).toEqual(result(1));
  });

  test("keeps entries for a day after their deadline, and no longer", () => {
    const journal = open();
    journal.accept(action(1, NOW_NS));
    journal.accept(action(2, NOW_NS + DAY_NS));
    const later = open(NOW_NS + DAY_NS + 1n);
    expect(later.find(idOf(1))).toBeUndefined();
    expect(later.find(idOf(2))).toBeDefined();
    expect(readFileSync(path, "utf8")).not.toContain(idOf(1));
  });

  test("is full rather than forgetful", () => {
    const journal = open(NOW_NS, 2);
    journal.accept(action(1));
    expect(journal.isFull).toBe(false);
    journal.accept(action(2));
    expect(journal.isFull).toBe(true);
    expect(journal.find(idOf(1))).toBeDefined();
  });

  test("writes nothing about an action that was never accepted", () => {
    expect(() => open().settle(idOf(9), result(9))).toThrow(/never accepted/);
  });

  test("[AUD-2] [AUDT-05] the newest audit intent is remembered for good, also when its action is long forgotten", () => {
    const journal = open();
    expect(journal.witness).toBeNull();
    journal.accept(action(7));
    journal.accept(action(5));
    expect(journal.witness).toEqual(intent(7));
    journal.close();
    const later = open(NOW_NS + 3n * DAY_NS);
    expect(later.find(idOf(7))).toBeUndefined();
    later.close();
    expect(open(NOW_NS + 4n * DAY_NS).witness).toEqual(intent(7));
  });
});

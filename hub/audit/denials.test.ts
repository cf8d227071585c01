import type { OrgId } from "@yardarm/protocol/ids";
import { asId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import type { AuditEntry } from "./audit-row.ts";
import { type Denial, Denials } from "./denials.ts";

const setUp = (append?: () => Promise<never>) => {
  const rows: (readonly [OrgId, AuditEntry])[] = [];
  const reported: unknown[] = [];
  const timers = new Set<() => void>();
  const denials = new Denials({
    audit: {
      append:
        append ??
        (async (orgId, entry) => {
          rows.push([orgId, entry]);
          return { seq: rows.length, hash: "" };
        }),
    },
    after: (_delayMs, task) => {
      timers.add(task);
      return () => timers.delete(task);
    },
    report: (error) => reported.push(error),
  });
  const endWindow = (): void => {
    for (const task of [...timers]) {
      timers.delete(task);
      task();
    }
  };
  const counts = () => rows.map(([, { details }]) => details?.count);
  return { denials, rows, reported, endWindow, counts };
};

const denial = (change: Partial<Denial> = {}): Denial => ({
  orgId: asId<OrgId>("org_a"),
  actor: { type: "user", id: "usr_a", name: "Ada" },
  permission: "host.create",
  code: "forbidden",
  address: "192.0.2.1",
  ...change,
});

test("[AUDT-01] a refusal is written at once, the same again within a minute as one row with its count", async () => {
  const { denials, rows, endWindow, counts } = setUp();
  for (let count = 0; count < 1000; count += 1) denials.record(denial());
  expect(rows.map(([, entry]) => entry)).toMatchObject([
    { kind: "access.denied", outcome: "denied", details: { permission: "host.create", code: "forbidden", count: 1 } },
  ]);
  endWindow();
  expect(counts()).toEqual([1, 999]);
  denials.record(denial());
  denials.record(denial({ permission: "audit.read" }));
  expect(counts()).toEqual([1, 999, 1, 1]);
  endWindow();
  expect(counts()).toEqual([1, 999, 1, 1]);
});

test("[AUDT-01] however many people are refused at once, the rows of a window are bounded", async () => {
  const { denials, rows, endWindow, counts } = setUp();
  for (let person = 0; person < 5000; person += 1) {
    denials.record(denial({ actor: { type: "user", id: `usr_${person}`, name: "" } }));
  }
  expect(rows).toHaveLength(1001);
  endWindow();
  expect(rows).toHaveLength(1002);
  expect(counts().at(-1)).toBe(3999);
  expect(rows.at(-1)?.[1].actor).toMatchObject({ id: null, name: "several" });
});

test("what was counted is written before the hub stops; a database that is away is reported, not thrown", async () => {
  const { denials, counts } = setUp();
  denials.record(denial());
  denials.record(denial());
  await denials.flush();
  expect(counts()).toEqual([1, 1]);
  const away = setUp(() => Promise.reject(new Error("away")));
  away.denials.record(denial());
  away.denials.record(denial());
  await away.denials.flush();
  expect(away.reported).toHaveLength(2);
});

import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ActionId, asId, type DockerId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { makeTempDir } from "../../testkit/temp-dir.ts";
import { type AcceptedAction, ActionJournal } from "./action-journal.ts";

const idOf = (n: number) => asId<ActionId>(`act_${String(n).padStart(20, "0")}`);
const action = (n: number): AcceptedAction => ({
  ...{ actionId: idOf(n), dockerId: asId<DockerId>("a".repeat(64)), verb: "STOP", deadlineNs: "2000000000000000000" },
  intent: { seq: n, hash: "0".repeat(64) },
  before: { state: "running", startedAtNs: "1" },
});
const result = { type: "action_result", action_id: idOf(1), status: "SUCCESS", payload: "{}", signature: "s" } as const;

test("[ACTN-08] on a full disk nothing new is accepted, nothing old is forgotten, and the journal is not damaged", async () => {
  const temp = await makeTempDir("full");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", temp.path]);
  try {
    const path = join(temp.path, "actions.journal");
    const ballast = join(temp.path, "ballast");
    const journal = new ActionJournal(path, 0n);
    journal.accept(action(1));
    const { bavail, bsize } = statfsSync(temp.path);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    const refusal = () => {
      // The block that the file has already may still hold some.
      for (let n = 2; n < 1_000; n += 1) journal.accept(action(n));
    };
    expect(refusal).toThrow(expect.objectContaining({ code: "ENOSPC" }));
    const accepted = journal.unfinished().length;
    journal.settle(idOf(1), result);
    expect(journal.find(idOf(1))?.result).toEqual(result);
    // Another process: it starts all the same, knows what was accepted, and accepts again once there is room.
    journal.close();
    const reopened = new ActionJournal(path, 0n);
    expect([reopened.unfinished().length, reopened.find(idOf(1))?.action]).toEqual([accepted, action(1)]);
    expect(() => reopened.accept(action(5_000))).toThrow(expect.objectContaining({ code: "ENOSPC" }));
    rmSync(ballast);
    reopened.accept(action(5_000));
    reopened.settle(idOf(1), result);
    reopened.close();
    const last = new ActionJournal(path, 0n);
    expect([last.find(idOf(5_000))?.action, last.find(idOf(1))?.result]).toEqual([action(5_000), result]);
    last.close();
  } finally {
    execFileSync("umount", [temp.path]);
    await temp.remove();
  }
});

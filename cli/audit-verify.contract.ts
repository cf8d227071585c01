import { parseConfig } from "@yardarm/hub/config";
import { verifyAudit } from "@yardarm/hub/operator/verify-audit";
import type { AuditRow } from "@yardarm/protocol/api/audit";
import type { List } from "@yardarm/protocol/api/list";
import type { OrgId } from "@yardarm/protocol/ids";
import { YARDARM } from "@yardarm/testkit/hub-process";
import type { HubSession } from "@yardarm/testkit/hub-session";
import { runProgram } from "@yardarm/testkit/program";
import { withoutSecondRow } from "@yardarm/testkit/tamper-audit";
import { expect, test } from "vitest";
import { auditVerdictLine } from "./audit-verdict.ts";

export interface TamperedHub extends AsyncDisposable {
  /** How the command finds the same database. */
  readonly env: Readonly<Record<string, string>>;
  /** Signing in leaves an audit row. */
  readonly signIn: () => Promise<HubSession>;
  /** What somebody with the database in their hands does, triggers put aside first. */
  readonly tamper: (sql: string) => Promise<void>;
}

/** `yardarm audit verify` beside a running hub names the first row that does not hold. */
export const auditVerifyContract = (engine: string, open: () => Promise<TamperedHub>): void => {
  const cases = [
    ["one byte of a row changed", "update audit set body = replace(body, '127.0.0.1', '127.0.0.2') where seq = 2", 2],
    ["a row removed", "delete from audit where seq = 3", 3],
    ["the tail cut", "delete from audit where seq > 2", 3],
    ["a row listed under another kind", "update audit set kind = 'host.created' where seq = 2", 2],
  ] as const;

  test(`[AUDT-05] ${engine}: yardarm audit verify holds a whole chain, and names the first broken row`, async () => {
    await using hub = await open();
    for (let count = 0; count < 2; count += 1) await hub.signIn();
    const session = await hub.signIn();
    const command = async () => {
      const { status, out } = await runProgram({ file: YARDARM, args: ["audit", "verify"], env: hub.env });
      return { status, out };
    };
    const config = parseConfig({ ...hub.env }, []);
    if (!config.ok) throw new Error(config.problems.join(" "));
    /** What the command does, without its start. */
    const verify = async () => {
      const verdicts = await verifyAudit(config.config);
      return {
        status: verdicts.every(({ verdict }) => verdict.ok) ? 0 : 1,
        out: verdicts.map((verdict) => `${auditVerdictLine(verdict)}\n`).join(""),
      };
    };
    const whole = await command();
    expect(whole).toMatchObject({
      status: 0,
      out: expect.stringMatching(/: unbroken, \d+ rows, no agent has witnessed it yet\n$/),
    });
    expect(await verify()).toEqual(whole);
    for (const [name, sql, seq] of cases) {
      await hub.tamper("create table kept as select * from audit");
      await hub.tamper(sql);
      const broken = await verify();
      process.stdout.write(`${engine}, ${name}: ${broken.out}`);
      expect(broken, name).toMatchObject({ status: 1, out: expect.stringContaining(`BROKEN at row ${seq}: `) });
      await hub.tamper("delete from audit; insert into audit select * from kept; drop table kept");
      expect(await verify(), `${name}, put back`).toEqual(whole);
    }

    // As an agent would have said it: the newest row that a command brought to its host.
    const { activeOrgId: orgId } = await session.get<{ readonly activeOrgId: OrgId }>("/api/me");
    const rows = (await session.get<List<AuditRow>>("/api/audit?limit=100")).items.toReversed();
    const last = rows.at(-1) as AuditRow;
    await hub.tamper(`insert into audit_witnesses values ('${orgId}', 'hst_witness', ${last.seq}, '${last.hash}')`);
    expect(await verify()).toMatchObject({ status: 0, out: expect.stringContaining("witnessed by 1 host(s)") });
    await hub.tamper(withoutSecondRow(orgId, rows));
    const shorter = await command();
    process.stdout.write(`${engine}, the chain rebuilt shorter: ${shorter.out}`);
    expect(shorter).toMatchObject({
      status: 1,
      out: expect.stringContaining(`BROKEN at row ${last.seq}: it is missing`),
    });
    await hub.tamper("delete from audit_witnesses");
    expect(await verify(), "every hash is right: only the agent's memory betrays it").toMatchObject({ status: 0 });
  }, 240_000);
};

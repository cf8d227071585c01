import { YARDARM } from "@yardarm/testkit/hub-process";
import { startProgram } from "@yardarm/testkit/program";
import { expect, test } from "vitest";

export interface TamperedHub extends AsyncDisposable {
  /** How the command finds the same database. */
  readonly env: Readonly<Record<string, string>>;
  /** Leaves a few audit rows. */
  readonly act: () => Promise<void>;
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
    await hub.act();
    const verify = async () => {
      await using program = startProgram({ file: YARDARM, args: ["audit", "verify"], env: hub.env });
      return { status: await program.ended, out: program.stdout() };
    };
    const whole = await verify();
    expect(whole).toMatchObject({
      status: 0,
      out: expect.stringMatching(/: unbroken, \d+ rows, no agent has witnessed it yet\n$/),
    });
    for (const [name, sql, seq] of cases) {
      await hub.tamper("create table kept as select * from audit");
      await hub.tamper(sql);
      const broken = await verify();
      process.stdout.write(`${engine}, ${name}: ${broken.out}`);
      expect(broken, name).toMatchObject({ status: 1, out: expect.stringContaining(`BROKEN at row ${seq}: `) });
      await hub.tamper("delete from audit; insert into audit select * from kept; drop table kept");
      expect(await verify(), `${name}, put back`).toEqual(whole);
    }
  }, 240_000);
};

import "@yardarm/testkit/provided";
import { startHubProcess } from "@yardarm/testkit/hub-process";
import { createDatabase } from "@yardarm/testkit/postgres-database";
import { inject } from "vitest";
import { auditVerifyContract } from "./audit-verify.contract.ts";

auditVerifyContract("PostgreSQL", async () => {
  const database = await createDatabase(inject("postgres"));
  const env = { YARDARM_DATABASE_URL: database.url };
  const hub = await startHubProcess({ command: "hub", env });
  return {
    env: { ...env, YARDARM_DATA: hub.dataDirectory },
    signIn: () => hub.signIn(),
    tamper: (sql) =>
      database.execute(
        `drop trigger if exists audit_no_change on audit; drop trigger if exists audit_no_truncate on audit; ${sql}`,
      ),
    [Symbol.asyncDispose]: async () => {
      await hub.stop();
      await database.drop();
    },
  };
});

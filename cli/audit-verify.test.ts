import { startHubProcess } from "@yardarm/testkit/hub-process";
import { tamperWithSqlite } from "@yardarm/testkit/tamper-audit";
import { auditVerifyContract } from "./audit-verify.contract.ts";

auditVerifyContract("SQLite", async () => {
  const hub = await startHubProcess({ command: "hub" });
  return {
    env: { YARDARM_DATA: hub.dataDirectory },
    signIn: () => hub.signIn(),
    tamper: async (sql) => tamperWithSqlite(hub.dataDirectory, sql),
    [Symbol.asyncDispose]: () => hub.stop(),
  };
});

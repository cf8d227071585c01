import path from "node:path";
import { SqliteDatabase } from "@yardarm/hub/storage/sqlite/node-sqlite";
import { startHubProcess } from "@yardarm/testkit/hub-process";
import { auditVerifyContract } from "./audit-verify.contract.ts";

auditVerifyContract("SQLite", async () => {
  const hub = await startHubProcess({ command: "hub" });
  return {
    env: { YARDARM_DATA: hub.dataDirectory },
    act: async () => {
      for (let count = 0; count < 3; count += 1) await hub.signIn();
    },
    tamper: async (sql) => {
      using database = new SqliteDatabase(path.join(hub.dataDirectory, "yardarm.db"));
      database.exec("drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete");
      database.exec(sql);
    },
    [Symbol.asyncDispose]: () => hub.stop(),
  };
});

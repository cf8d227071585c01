import path from "node:path";
import { SqliteDatabase } from "@yardarm/hub/storage/sqlite/node-sqlite";

/** Does to a hub's SQLite database what somebody could who has the file in their hands: its audit's triggers are put aside first. */
export const tamperWithSqlite = (dataDirectory: string, sql: string): void => {
  using database = new SqliteDatabase(path.join(dataDirectory, "yardarm.db"));
  database.exec("drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete");
  database.exec(sql);
};

import "@yardarm/testkit/provided";
import { createDatabase } from "@yardarm/testkit/postgres-database";
import { inject } from "vitest";
import { productContract } from "./whole-product.contract.ts";

productContract("PostgreSQL", async () => {
  const database = await createDatabase(inject("postgres"));
  return { env: { YARDARM_DATABASE_URL: database.url }, drop: database.drop };
});

import { createDatabase } from "@yardarm/testkit/postgres-database";
import { expect, inject, test } from "vitest";
import "@yardarm/testkit/provided";
import { logFuzzContract } from "../../relay/log/log-fuzz.contract.ts";
import { logDamageContract } from "../log-damage.contract.ts";
import { CONTAINER, commitOf, logStoreContract, ORG } from "../log-store.contract.ts";
import { logUpkeepContract } from "../log-upkeep.contract.ts";
import { openPgLogStore } from "./pg-log-store.ts";

/** Commits need not wait for company in a test. */
const after = (_: number, task: () => void): (() => void) => {
  const immediate = setImmediate(task);
  return () => clearImmediate(immediate);
};

const makeHome = async () => {
  const database = await createDatabase(inject("postgres"));
  let nowMs = Date.UTC(2026, 0, 2, 22);
  return {
    url: database.url,
    open: () => openPgLogStore({ url: database.url, nowMs: () => nowMs, after }),
    pass: (ms: number) => {
      nowMs += ms;
    },
    [Symbol.asyncDispose]: () => database.drop(),
  };
};

logStoreContract("PostgreSQL", makeHome);
logUpkeepContract("PostgreSQL", makeHome);
logDamageContract("PostgreSQL", async () => {
  const database = await createDatabase(inject("postgres"));
  return {
    open: (damaged) => openPgLogStore({ url: database.url, nowMs: () => Date.UTC(2026, 0, 2, 22), after, damaged }),
    flipByte: (firstSeq) =>
      database.execute(
        `UPDATE log_pack SET body = set_byte(body, length(body) / 2, get_byte(body, length(body) / 2) # 1)
         WHERE first_seq = ${firstSeq}`,
      ),
    spoilCursors: () => database.execute("UPDATE log_cursor SET cursor = 'spoiled'"),
    [Symbol.asyncDispose]: () => database.drop(),
  };
});
logFuzzContract("on PostgreSQL", async () => {
  const home = await makeHome();
  const store = await home.open();
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await home[Symbol.asyncDispose]();
    },
  });
}, [1, 1034]);

test("[LOG-7] of two hubs that number the same container one gets the conflict, and nothing is stored twice", async () => {
  await using home = await makeHome();
  const stores = await Promise.all([1, 2, 3].map(() => home.open()));
  const outcomes = await Promise.allSettled(
    stores.map((store, index) => store.append({ ...commitOf(0, [5 + index]) })),
  );
  const refusals = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  expect(refusals).toEqual(Array(2).fill(expect.objectContaining({ code: "conflict" })));
  const [store] = stores;
  const batches = await store?.readRange({ orgId: ORG, containerId: CONTAINER, fromSeq: 0, toSeq: 100, maxBytes: 1e6 });
  expect(batches).toHaveLength(1);
  await Promise.all(stores.map((opened) => opened.close()));
});

test("a database that is not there is storage_unavailable, without its address", async () => {
  const url = "postgres://someone:secret@127.0.0.1:1/nowhere";
  const refused = await openPgLogStore({ url, nowMs: Date.now, after }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "storage_unavailable" });
  expect(String(refused)).not.toContain("secret");
});

import { asId, type ContainerId, type WorkloadId } from "@yardarm/protocol/ids";
import { ERROR, FATAL, maskOfLevels } from "@yardarm/protocol/log/level";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MOST_COLUMNS } from "./columns/columns.ts";
import { STAMP_STYLES } from "./line/stamps.ts";
import { readLineAddress, writeLineAddress } from "./line-address.ts";
import { addressOf, type LogAddress, PLAIN_ADDRESS, paramsOf, readLogParams } from "./log-address.ts";

const text = fc.string({ minLength: 1, maxLength: 40 });
const addresses: fc.Arbitrary<LogAddress> = fc.record({
  search: fc.record({
    text: fc.oneof(fc.constant(""), text),
    isCaseSensitive: fc.boolean(),
    isRegex: fc.boolean(),
    onlyMatches: fc.boolean(),
    excludes: fc.array(text, { maxLength: 4 }),
  }),
  levelMask: fc.integer({ min: 0, max: 127 }),
  isWrapped: fc.option(fc.boolean()),
  stamps: fc.option(fc.constantFrom(...STAMP_STYLES)),
  columns: fc
    .uniqueArray(text, { maxLength: MOST_COLUMNS })
    .map((keys) => keys.map((key, index) => ({ key, widthCh: 10 + index }))),
  line: fc.option(text),
});

describe("[LOGS-05] the log's part of the address", () => {
  test("says everything that is looked at, and reads back the same", () => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(addressOf(readLogParams(paramsOf(address)))).toEqual(address);
      }),
    );
  });

  test("is empty for a plain view", () => {
    expect(paramsOf(PLAIN_ADDRESS)).toEqual({});
    expect(addressOf({})).toEqual(PLAIN_ADDRESS);
  });

  test("leaves out what it does not understand", () => {
    expect(readLogParams({ q: 500, only: "yes", levels: "error,loud", time: "soon", wrap: 1, not: [{}, "x"] })).toEqual(
      {
        q: "500",
        not: ["x"],
      },
    );
    expect(addressOf(readLogParams({ levels: "error,fatal" })).levelMask).toBe(maskOfLevels([ERROR, FATAL]));
  });
});

describe("[LOGS-05] a line's address", () => {
  const address = {
    workloadId: asId<WorkloadId>("wkl_abcdefghij"),
    containerId: asId<ContainerId>("ctr_abcdefghij"),
    seq: 41_207,
    atMs: 1_795_269_731_120,
  };

  test("is written and read", () => {
    expect(readLineAddress(writeLineAddress(address))).toEqual(address);
  });

  test("is null for anything else", () => {
    for (const other of [null, "", "41207", "a.b.c.d", "a.b.1", "a.b.1.2.3"]) expect(readLineAddress(other)).toBeNull();
  });
});

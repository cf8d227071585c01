import { asId, type ContainerId, type OrgId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { createCursorSeal } from "./search-cursor.ts";

const ORG = asId<OrgId>("org_0000000000aa");
const position = {
  sinceNs: -1n,
  untilNs: null,
  place: { tsNs: 1_780_000_000_000_000_001n, containerId: asId<ContainerId>("ctr_0000000000aa"), seq: 7 },
};

test("[LOGS-11] a cursor says where to go on, on every node with the same secret", () => {
  const cursor = createCursorSeal("secret").write(ORG, "q=a", position);
  expect(createCursorSeal("secret").read(ORG, "q=a", cursor)).toEqual(position);
  expect(cursor.length).toBeLessThan(1024);
});

test("[SEC] a cursor of another org, of another question, of another hub, changed or made up is refused", () => {
  const seal = createCursorSeal("secret");
  const cursor = seal.write(ORG, "q=a", position);
  const refused = expect.objectContaining({ code: "invalid_cursor" });
  expect(() => seal.read(asId<OrgId>("org_0000000000bb"), "q=a", cursor)).toThrow(refused);
  expect(() => seal.read(ORG, "q=b", cursor)).toThrow(refused);
  expect(() => createCursorSeal("other").read(ORG, "q=a", cursor)).toThrow(refused);
  for (const forged of ["", "x", "AAAA", cursor.slice(0, -2), `${cursor.slice(0, -4)}AAAA`, "é".repeat(50)]) {
    expect(() => seal.read(ORG, "q=a", forged)).toThrow(refused);
  }
});

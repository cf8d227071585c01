import { describe, expect, test } from "vitest";
import { emailSchema } from "./api/auth.ts";
import { displayNameSchema } from "./schema.ts";

describe("[SEC] [IDTY-01] look-alikes", () => {
  test.each([
    ["Ada@Example.COM", "ada@example.com"],
    ["  ada@example.com\n", "ada@example.com"],
    ["ａｄａ＠example．com", "ada@example.com"],
    ["\u212aevin@example.com", "kevin@example.com"],
    ["ﬁne@example.com", "fine@example.com"],
    ["o'neil+x@xn--bcher-kva.example", "o'neil+x@xn--bcher-kva.example"],
  ])("%s is %s", (typed, stored) => {
    expect(emailSchema.parse(typed)).toBe(stored);
  });

  test.each([
    "аda@example.com",
    "ada@exаmple.com",
    "ada\u200b@example.com",
    "\u0130ada@example.com",
    "ada@bücher.example",
    "ada\u202e@example.com",
    "ada@example",
    "ada@@example.com",
    `${"a".repeat(250)}@example.com`,
    "ada@example.com\r\nbcc: eve@example.com",
  ])("%j is no address", (typed) => {
    expect(emailSchema.safeParse(typed).success).toBe(false);
  });

  test("a name has one form, is seen as it is, and turns nothing around", () => {
    expect(displayNameSchema.parse(" Ame\u0301lie 👩‍🚀 ")).toBe("Amélie 👩‍🚀");
    for (const name of ["", " ", "a\u202eb", "a\nb", "a\u200bb", "a\u0000", "x".repeat(101)]) {
      expect(displayNameSchema.safeParse(name).success, JSON.stringify(name)).toBe(false);
    }
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NAMED_RULES } from "./redaction-rules.ts";
import { makeRedactor } from "./redactor.ts";

const redact = (rules: readonly string[], line: string, isCut = false): string => {
  // In the middle of a buffer whose other bytes would be secrets themselves.
  const around = "password=around AKIA0123456789ABCDEF ";
  const text = Buffer.from(`${around}${line}${around}`);
  const start = Buffer.byteLength(around);
  const end = start + Buffer.byteLength(line);
  const left = makeRedactor(rules)?.redact(text, start, end, isCut) ?? null;
  return left === null ? line : Buffer.from(left).toString("utf8");
};

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

describe("[POL-6] named rules", () => {
  test.each([
    ["bearer", "Authorization: Bearer abcdef0123456789", "Authorization: Bearer [redacted]"],
    ["bearer", "authorization=bearer abcdef0123456789, x", "authorization=bearer [redacted], x"],
    ["bearer", "the bearer of news", "the bearer of news"],
    ["password", "password=hunter2 user=x", "password=[redacted] user=x"],
    ["password", "DB_PASSWORD: hunter2", "DB_PASSWORD: [redacted]"],
    ["password", '{"apiKey":"a b\\"c","x":1}', '{"apiKey":"[redacted]","x":1}'],
    ["password", '{"msg":"{\\"token\\":\\"a b\\",\\"x\\":1}"}', '{"msg":"{\\"token\\":\\"[redacted]\\",\\"x\\":1}"}'],
    ["password", "{'client_secret': 'a b'}", "{'client_secret': '[redacted]'}"],
    ["password", "?access_token=abc&x=1", "?access_token=[redacted]&x=1"],
    ["password", "wrong password for root", "wrong password for root"],
    ["password", 'password=""', 'password=""'],
    ["url_password", "postgres://app:s3cret@db:5432/x", "postgres://app:[redacted]@db:5432/x"],
    ["url_password", "http://db:5432/a@b", "http://db:5432/a@b"],
    ["aws_key", "key AKIAIOSFODNN7EXAMPLE.", "key [redacted]."],
    ["aws_key", "AKIAIOSFODNN7EXAMPLES", "AKIAIOSFODNN7EXAMPLES"],
    ["jwt", `cookie=${JWT};`, "cookie=[redacted];"],
    ["jwt", "eyJust a word.", "eyJust a word."],
    ["email", "from anna.b+c@mail.example.org.", "from [redacted]."],
    ["email", "user@host said @all", "user@host said @all"],
    ["card", "paid with 4111 1111 1111 1111 today", "paid with [redacted] today"],
    ["card", "4111-1111-1111-1111", "[redacted]"],
    ["card", "4111111111111112", "4111111111111112"],
    ["card", "id 41111111111111111111111", "id 41111111111111111111111"],
    ["card", "x4111111111111111", "x4111111111111111"],
  ])("%s: %s", (rule, line, expected) => {
    expect(redact([rule], line)).toBe(expected);
  });

  test("every rule is known by its name, and all of them work beside each other", () => {
    const rules = [...NAMED_RULES.keys()];
    expect(rules).toEqual(["bearer", "password", "url_password", "aws_key", "jwt", "email", "card"]);
    const line = `a@b.example.org password=x Bearer abcdef0123456789 AKIAIOSFODNN7EXAMPLE ${JWT} 4111111111111111`;
    expect(redact(rules, line)).toBe(
      "[redacted] password=[redacted] Bearer [redacted] [redacted] [redacted] [redacted]",
    );
  });
});

describe("[POL-6] literals and patterns", () => {
  test.each([
    ["literal:hunter2", "it is hunter2hunter2!", "it is [redacted]!"],
    ["literal:häßlich", "so häßlich", "so [redacted]"],
    ["literal:a*b", "a*b aab", "[redacted] aab"],
    ["pattern:tok_[A-Za-z0-9]{8,12}", "tok_abcdefgh tok_abc", "[redacted] tok_abc"],
    ["pattern:\\d{3}-\\d{2}-\\d{4}", "ssn 123-45-6789", "ssn [redacted]"],
    ["pattern:[a-z]{1,5}a9", "bababa9", "[redacted]"],
    ["pattern:ab?c{2}", "acc abcc ac", "[redacted] [redacted] ac"],
    ["pattern:x[^ ]{2,4}", "xabcdef", "[redacted]ef"],
    ["pattern:[\\w.]{3}!", "a.b!", "[redacted]"],
    ["pattern:a.c", "abc", "[redacted]"],
    ["pattern:ab.", "abä", "[redacted]"],
  ])("%s: %s", (rule, line, expected) => {
    expect(redact([rule], line)).toBe(expected);
  });

  test("secrets that overlap are hidden whole", () => {
    expect(redact(["literal:abcd", "literal:cdef"], "xabcdefx")).toBe("x[redacted]x");
    expect(redact(["password", "literal:one two"], "password=one two")).toBe("password=[redacted]");
  });

  test.each([
    ["pattern:a+b", '"+" has no meaning'],
    ["pattern:(ab)", '"(" has no meaning'],
    ["pattern:a{2", "repetition"],
    ["pattern:abc{3,2}", "repeats nothing"],
    ["pattern:[abc", 'no "]"'],
    ["pattern:[]abc", "empty"],
    ["pattern:[z-a]bc", "range"],
    ["pattern:ab", "shorter than 3"],
    ["pattern:a{0,90}b{50}", "longer than 128"],
    ["pattern:\\qabc", '"\\q" has no meaning'],
    ["pattern:?abc", "nothing that"],
    ["literal:", "shorter than 3"],
    ["passwords", "is no rule"],
  ])("%s is refused: %s", (rule, reason) => {
    expect(() => makeRedactor([rule])).toThrow(reason);
  });

  test("of a pattern, what a regular expression finds is hidden", () => {
    const item = fc.tuple(
      fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "\\d"),
      fc.constantFrom("", "?", "{2}", "{1,3}", "{0,2}"),
    );
    const pattern = fc.array(item, { minLength: 1, maxLength: 5 }).map((items) => items.flat().join(""));
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1"), maxLength: 24 });
    fc.assert(
      fc.property(pattern, text, (source, line) => {
        const all = `${source}aaa`;
        // Whatever any match covers, wherever it begins.
        const hidden = new Set<number>();
        for (let at = 0; at < line.length; at++) {
          for (let end = line.length; end > at; end--) {
            if (!new RegExp(`^(?:${all})$`).test(line.slice(at, end))) continue;
            for (let index = at; index < end; index++) hidden.add(index);
            break;
          }
        }
        const expected = Array.from(line)
          .map((char, at) => (hidden.has(at) ? "*" : char))
          .join("")
          .replace(/\*+/g, "[redacted]");
        expect(redact([`pattern:${all}`], line)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("[POL-6] lines that were cut", () => {
  test.each([
    ["password", "password=hun", "password=[redacted]"],
    ["bearer", "Bearer abc", "Bearer [redacted]"],
    ["card", "4111 1111 1111 11", "[redacted]"],
    ["aws_key", "AKIAIOSFOD", "[redacted]"],
    ["jwt", "eyJhbGciOi", "[redacted]"],
    ["email", "anna@mail", "[redacted]"],
    ["url_password", "amqp://app:s3c", "amqp://app:[redacted]"],
    ["literal:hunter2", "it is hunt", "it is [redacted]"],
    ["pattern:tok_[a-z]{8}", "tok_ab", "[redacted]"],
  ])("%s: what the cut leaves unfinished is hidden", (rule, line, expected) => {
    expect(redact([rule], line, true)).toBe(expected);
  });
});

describe("[POL-6] any bytes", () => {
  const rules = [...NAMED_RULES.keys(), "literal:abc", "pattern:[a-z]{2,4}\\d"];

  test("of any length, at the very end of their buffer: the same when asked twice", () => {
    const redactor = makeRedactor(rules);
    const piece = fc.constantFrom(
      "password",
      "=",
      '"',
      "\\",
      "bearer ",
      "eyJ",
      ".",
      "@",
      "://",
      ":",
      "4111",
      " ",
      "AKIA",
      "ä",
    );
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(piece, { maxLength: 30 }).map((pieces) => Uint8Array.from(Buffer.from(pieces.join("")))),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (bytes, isCut) => {
        const once = redactor?.redact(bytes, 0, bytes.length, isCut);
        const first = once == null ? null : Buffer.from(once);
        const again = redactor?.redact(bytes, 0, bytes.length, isCut);
        expect(again == null ? null : Buffer.from(again)).toEqual(first);
        expect(first?.includes("[redacted]") ?? true).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test("the time is that of the line's length: bytes that look like beginnings of secrets cost no more than others", () => {
    // Counted, not timed: how often a byte of the line is looked at.
    for (const part of [
      "password=",
      "eyJ",
      "a@",
      "4111 ",
      "bearer ",
      "AKIA",
      "://",
      'token:"',
      "password",
      "abab",
      "eyJ-",
    ]) {
      const counts = [20_000, 40_000].map((length) => {
        let looks = 0;
        const bytes = Buffer.from(part.repeat(Math.ceil(length / part.length)).slice(0, length));
        const counting = new Proxy(bytes, {
          get: (target, key) => {
            looks++;
            const value: unknown = Reflect.get(target, key, target);
            return typeof value === "function" ? value.bind(target) : value;
          },
        });
        makeRedactor(rules)?.redact(counting, 0, length, false);
        return looks;
      });
      const [short = 0, long = 0] = counts;
      expect(long / short, part).toBeLessThan(2.2);
    }
  });
});

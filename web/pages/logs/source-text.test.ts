import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sourceText, wholeSource } from "./source-text.ts";

const name = (container: string, host: string | null = null, isLate = false) => ({ container, host, isLate });

describe("[LOGS-12] whose a line is, in a column", () => {
  test("whole where there is room", () => {
    expect(sourceText(name("web-1"), 17)).toBe("web-1");
    expect(sourceText(name("web-1", "db-host"), 17)).toBe("web-1 · db-host");
    expect(sourceText(name("web-1", "h2"), 10)).toBe("web-1 · h2");
  });

  test("the host is shortened before the container, in its middle, and goes where nothing of it would be left", () => {
    expect(sourceText(name("web-1", "prod-eu-west-02"), 17)).toBe("web-1 · prod…t-02");
    expect(sourceText(name("checkout-1", "prod-eu-west-02"), 17)).toBe("checkout-1 · pr…2");
    expect(sourceText(name("checkout-api-1", "prod-eu-west-02"), 17)).toBe("checkout-api-1");
    expect(sourceText(name("shop-checkout-worker-12", "prod-eu-west-02"), 17)).toBe("shop-che…orker-12");
  });

  test("of a host's name with a domain the first part is what people say", () => {
    expect(sourceText(name("web-1", "app-2.eu.example"), 17)).toBe("web-1 · app-2");
    expect(sourceText(name("web-1", "app-2.eu"), 17)).toBe("web-1 · app-2.eu");
    expect(sourceText(name("web-1", "production-app-2.eu"), 17)).toBe("web-1 · prod…2.eu");
    expect(sourceText(name("web-1", ".hidden.example"), 17)).toBe("web-1 · .hid…mple");
  });

  test("that a line is late is said before anything else", () => {
    expect(sourceText(name("web-1", "prod-eu-west-02", true), 17)).toBe("late · web-1");
    expect(wholeSource(name("web-1", "prod-eu-west-02", true))).toBe("late · web-1 · prod-eu-west-02");
  });

  test("never takes more room than there is, and never cuts a name that fits", () => {
    const words = fc.string({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        words,
        fc.option(words),
        fc.boolean(),
        fc.integer({ min: 10, max: 30 }),
        (...[one, host, late, room]) => {
          const text = sourceText(name(one, host, late), room);
          expect(text.length).toBeLessThanOrEqual(room);
          if (one.length <= room - (late ? 7 : 0)) expect(text).toContain(one);
        },
      ),
    );
  });
});

import { describe, expect, test } from "vitest";
import { OriginCheck } from "./origin.ts";

const check = (publicUrl: string | null) =>
  new OriginCheck({ publicUrl: publicUrl === null ? null : new URL(publicUrl), port: () => 8080 });
const headers = (values: Record<string, string>) => new Headers(values);
const rejected = expect.objectContaining({ code: "origin_rejected" });

describe("without a public URL", () => {
  const local = check(null);
  test.each(["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])(
    "%s is the hub itself",
    (origin) => {
      expect(local.allowsOrigin(origin)).toBe(true);
    },
  );
  test.each([
    "http://127.0.0.1",
    "http://127.0.0.1:8081",
    "https://127.0.0.1:8080",
    "http://127.0.0.1:8080/",
    "http://localhost.evil.example:8080",
    "http://192.168.1.5:8080",
    "null",
    "",
  ])("%j is not", (origin) => {
    expect(local.allowsOrigin(origin)).toBe(false);
  });
});

test("on port 80 browsers leave the port out, and so does the hub", () => {
  const eighty = new OriginCheck({ publicUrl: null, port: () => 80 });
  expect(eighty.allowsOrigin("http://localhost")).toBe(true);
});

describe("with a public URL", () => {
  const site = check("https://yardarm.example.com");
  test("exactly that origin is accepted, loopback no more", () => {
    expect(site.allowsOrigin("https://yardarm.example.com")).toBe(true);
    for (const origin of [
      "http://yardarm.example.com",
      "https://yardarm.example.com:8443",
      "https://evil.yardarm.example.com",
      "https://yardarm.example.com.evil.example",
      "http://127.0.0.1:8080",
    ]) {
      expect(site.allowsOrigin(origin)).toBe(false);
    }
  });

  test("a request that changes something must come from there when a browser makes it", () => {
    const post = (values: Record<string, string>) => () =>
      site.checkRequest({ method: "POST", headers: headers({ host: "yardarm.example.com", ...values }) });
    expect(post({ origin: "https://yardarm.example.com", "sec-fetch-site": "same-origin" })).not.toThrow();
    expect(post({ origin: "https://evil.example" })).toThrow(rejected);
    expect(post({ origin: "null" })).toThrow(rejected);
    expect(post({ "sec-fetch-site": "cross-site" })).toThrow(rejected);
    expect(post({ "sec-fetch-site": "same-site", origin: "https://yardarm.example.com" })).toThrow(rejected);
    expect(post({})).not.toThrow(); // curl
  });

  test("reading is not a matter of the origin", () => {
    const get = { method: "GET", headers: headers({ host: "yardarm.example.com", "sec-fetch-site": "cross-site" }) };
    expect(() => site.checkRequest(get)).not.toThrow();
  });

  test("a request of a browser under a name that was pointed at the hub is refused", () => {
    const get = (host: string, extra: Record<string, string>) => () =>
      site.checkRequest({ method: "GET", headers: headers({ host, ...extra }) });
    expect(get("rebound.evil.example:8080", { cookie: "a=b" })).toThrow(rejected);
    expect(get("rebound.evil.example:8080", { "sec-fetch-site": "none" })).toThrow(rejected);
    expect(get("yardarm.example.com", { cookie: "a=b" })).not.toThrow();
    expect(get("127.0.0.1:8080", { cookie: "a=b" })).not.toThrow();
    expect(get("[::1]:8080", { cookie: "a=b" })).not.toThrow();
    expect(get("hub:8080", {})).not.toThrow(); // an agent inside a compose network
  });
});

test("[SEC-T10] a socket opened by a cookie needs its origin", () => {
  const local = check(null);
  const upgrade = (values: Record<string, string>) => () => local.checkUpgrade(headers(values));
  expect(upgrade({ host: "127.0.0.1:8080", origin: "http://127.0.0.1:8080" })).not.toThrow();
  expect(upgrade({ host: "127.0.0.1:8080" })).toThrow(rejected);
  expect(upgrade({ host: "127.0.0.1:8080", origin: "http://evil.example" })).toThrow(rejected);
  expect(upgrade({ host: "evil.example", origin: "http://127.0.0.1:8080" })).toThrow(rejected);
  expect(upgrade({ origin: "http://127.0.0.1:8080" })).toThrow(rejected);
});

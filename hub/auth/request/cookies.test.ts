import { expect, test } from "vitest";
import { createSessionCookie } from "./cookies.ts";

const token = "A".repeat(43);

test("[SEC] the session's cookie is bound to its host, to the connection and away from scripts", () => {
  for (const url of [null, new URL("https://yardarm.example.com"), new URL("http://127.0.0.1:8080")]) {
    const cookie = createSessionCookie(url);
    expect(cookie.isInsecure).toBe(false);
    expect(cookie.write(token, 60_000)).toBe(
      `__Host-yardarm=${token}; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure`,
    );
    expect(cookie.clear()).toBe("__Host-yardarm=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure");
  }
});

test("only an http:// public URL beyond loopback gives up prefix and Secure", () => {
  const cookie = createSessionCookie(new URL("http://yardarm.home:8080"));
  expect(cookie.isInsecure).toBe(true);
  expect(cookie.write(token, 1_500)).toBe(`yardarm=${token}; Max-Age=1; Path=/; HttpOnly; SameSite=Lax`);
});

test("the cookie is read among others, and not when it is doubled or malformed", () => {
  const { read } = createSessionCookie(null);
  expect(read(`a=b; __Host-yardarm=${token}; c`)).toBe(token);
  expect(read(null)).toBeNull();
  expect(read("")).toBeNull();
  expect(read(`yardarm=${token}`)).toBeNull();
  expect(read(`__Host-yardarm=${token}; __Host-yardarm=${token}`)).toBeNull();
  expect(read(`__Host-yardarm=${token}x`)).toBeNull();
  expect(read("__Host-yardarm=")).toBeNull();
});

import { expect, test } from "vitest";
import { addressBucket, createClientAddress } from "./client-address.ts";

const request = (remoteAddress: string | undefined, forwardedFor?: string) => ({
  headers: { "x-forwarded-for": forwardedFor },
  socket: { remoteAddress },
});

test("[SEC-T22] what an untrusted peer says of itself changes nothing", () => {
  expect(createClientAddress([])(request("203.0.113.9", "198.51.100.1"))).toBe("203.0.113.9");
  expect(createClientAddress(["10.0.0.0/8"])(request("203.0.113.9", "198.51.100.1"))).toBe("203.0.113.9");
});

test("the chain is read from the right, as far as it is trusted", () => {
  const address = createClientAddress(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]);
  expect(address(request("10.1.2.3", "198.51.100.1"))).toBe("198.51.100.1");
  expect(address(request("10.1.2.3", "6.6.6.6, 198.51.100.1, 10.9.9.9, 192.0.2.1"))).toBe("198.51.100.1");
  expect(address(request("2001:db8::1", "198.51.100.1:4711"))).toBe("198.51.100.1");
  expect(address(request("10.1.2.3", "[2001:470::7]:80"))).toBe("2001:470::7");
});

test("a chain that ends, is empty or is nonsense stops at the last address that is known", () => {
  const address = createClientAddress(["10.0.0.0/8"]);
  expect(address(request("10.1.2.3"))).toBe("10.1.2.3");
  expect(address(request("10.1.2.3", "10.4.4.4"))).toBe("10.4.4.4");
  expect(address(request("10.1.2.3", "198.51.100.1, nonsense, 10.4.4.4"))).toBe("10.4.4.4");
  expect(address(request("10.1.2.3", "unknown"))).toBe("10.1.2.3");
  expect(address(request(undefined, "198.51.100.1"))).toBe("unknown");
});

test("an IPv4 address in IPv6 clothes is the IPv4 address", () => {
  expect(createClientAddress(["10.0.0.1"])(request("::ffff:10.0.0.1", "198.51.100.1"))).toBe("198.51.100.1");
  expect(createClientAddress([])(request("::ffff:203.0.113.9"))).toBe("203.0.113.9");
});

test("attempts are counted per address, for IPv6 per /64", () => {
  expect(addressBucket("203.0.113.9")).toBe("203.0.113.9");
  expect(addressBucket("2001:db8:1:2:aaaa::1")).toBe(addressBucket("2001:db8:1:2:bbbb::2"));
  expect(addressBucket("2001:db8:1:3::1")).not.toBe(addressBucket("2001:db8:1:2::1"));
  expect(addressBucket("unknown")).toBe("unknown");
});

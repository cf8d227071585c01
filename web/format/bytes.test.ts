import { expect, test } from "vitest";
import { formatByteRate, formatBytes } from "./bytes.ts";

test.each([
  [0, "0 B"],
  [1, "1 B"],
  [999, "999 B"],
  [1000, "0.98 KiB"],
  [1024, "1.0 KiB"],
  [1536, "1.5 KiB"],
  [10 * 1024, "10.0 KiB"],
  [512 * 1024 ** 2, "512 MiB"],
  [1.5 * 1024 ** 3, "1.5 GiB"],
  [999.6 * 1024 ** 2, "0.98 GiB"],
  [3 * 1024 ** 5, "3.0 PiB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("unknown is shown as unknown, never as zero", () => {
  expect(formatBytes(null)).toBe("–");
  expect(formatBytes(Number.NaN)).toBe("–");
  expect(formatBytes(-1)).toBe("–");
  expect(formatByteRate(null)).toBe("–");
});

test("a rate says per second", () => {
  expect(formatByteRate(2048)).toBe("2.0 KiB/s");
});

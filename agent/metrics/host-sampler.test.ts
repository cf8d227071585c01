import { mkdir, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import path from "node:path";
import { hostSampleSchema } from "@yardarm/protocol/metrics";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { expect, test } from "vitest";
import { HostSampler, readHostMemoryBytes } from "./host-sampler.ts";

const MEMINFO = `MemTotal:       1000 kB
MemFree:         100 kB
MemAvailable:    400 kB
SwapCached:       20 kB
SwapTotal:       200 kB
SwapFree:        100 kB
`;

test("[METR-06] the machine's numbers, the processor's share since the last sample", async () => {
  await using directory = await makeTempDir("proc");
  const write = (name: string, text: string) => writeFile(path.join(directory.path, name), text);
  await write("meminfo", MEMINFO);
  await write("loadavg", "1.25 0.50 0.10 2/300 12345\n");
  // user nice system idle iowait irq softirq steal guest guest_nice
  await write("stat", "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3\n");
  const sampler = new HostSampler(directory.path);
  expect(sampler.sample()).toEqual({
    cpuRatio: null,
    load1: 1.25,
    memoryUsedBytes: 600 * 1024,
    memoryTotalBytes: 1000 * 1024,
    swapUsedBytes: 80 * 1024,
  });
  // 40 busy (with 10 stolen), 50 idle, 10 waiting; the guest's share is in user already.
  await write("stat", "cpu  120 0 110 750 110 0 0 10 70 0\ncpu0 1 2 3\n");
  expect(sampler.sample().cpuRatio).toBe(0.4);
  await write("stat", "cpu  0 0 0 0 0 0 0 0 0 0\n");
  expect(sampler.sample().cpuRatio).toBeNull();
});

test("what the machine does not say is unknown", async () => {
  await using directory = await makeTempDir("proc");
  await mkdir(directory.path, { recursive: true });
  const unknown = { cpuRatio: null, load1: null, memoryUsedBytes: null, memoryTotalBytes: null, swapUsedBytes: null };
  expect(new HostSampler(directory.path).sample()).toEqual(unknown);
  expect(readHostMemoryBytes(directory.path)).toBeNull();
});

test("this machine says what it is", () => {
  const sample = new HostSampler("/proc").sample();
  expect(hostSampleSchema.parse(sample)).toEqual(sample);
  expect(sample.memoryTotalBytes).toBe(totalmem());
  expect(sample.load1).toBeGreaterThanOrEqual(0);
});

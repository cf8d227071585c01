import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { makeTempDir, type TempDir } from "@yardarm/testkit/temp-dir";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CgroupBackend } from "./cgroup-backend.ts";
import { hasCgroupTree } from "./cgroup-location.ts";
import type { MetricsTarget } from "./counters.ts";

const ID = dockerIdOf(0xabc);
const TARGET: MetricsTarget = { dockerId: ID, state: "running", startedAtNs: 1n, pid: 42, networkMode: "bridge" };
const GIB = 2 ** 30;

/** Trees of kernel files as they look on hosts that this machine is not. */
let directory: TempDir;
let roots: { procRoot: string; cgroupRoot: string };

beforeEach(async () => {
  directory = await makeTempDir("cgroup");
  roots = { procRoot: path.join(directory.path, "proc"), cgroupRoot: path.join(directory.path, "cgroup") };
});

afterEach(() => directory.remove());

const write = async (root: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
};

const writeProcess = async (pid: number, cgroup: string, netNamespace = "net:[2]"): Promise<void> => {
  await write(roots.procRoot, {
    [`${pid}/cgroup`]: cgroup,
    [`${pid}/net/dev`]: [
      "Inter-|   Receive                                                |  Transmit",
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs",
      "    lo:  999       9    0    0    0     0          0         0      999       9    0    0    0     0       0          0",
      "  eth0: 1000      10    0    0    0     0          0         0       20       2    0    0    0     0       0          0",
      "  eth1:500         1    0    0    0     0          0         0        3       1    0    0    0     0       0          0",
    ].join("\n"),
  });
  await mkdir(path.join(roots.procRoot, String(pid), "ns"), { recursive: true });
  await symlink(netNamespace, path.join(roots.procRoot, String(pid), "ns", "net"));
};

const backend = () => new CgroupBackend({ ...roots, monotonicMs: () => 7, hostMemoryBytes: 8 * GIB });

const V2_FILES = {
  "cpu.stat": "usage_usec 5000\nuser_usec 4000\nsystem_usec 1000\nnr_periods 10\nnr_throttled 3\nthrottled_usec 77\n",
  "memory.current": "1000000\n",
  "memory.max": "max\n",
  "memory.stat": "anon 500\nfile 400\nactive_file 100\ninactive_file 300000\nslab 1\n",
  "io.stat": "8:0 rbytes=4096 wbytes=100 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=1 wbytes=2 rios=1 wios=1\n",
  "pids.current": "5\n",
};

describe("cgroup v2", () => {
  test.each([
    ["systemd driver", `/system.slice/docker-${ID}.scope`, ""],
    ["cgroupfs driver", `/docker/${ID}`, ""],
    ["an init that moved deeper", `/system.slice/docker-${ID}.scope`, "/init.scope"],
    ["Podman's inner group", `/machine.slice/libpod-${ID}.scope`, "/container"],
    ["a custom parent, rootless", `/user.slice/user-1000.slice/user@1000.service/own.slice/docker-${ID}.scope`, ""],
  ])("%s", async (_, group, below) => {
    await write(path.join(roots.cgroupRoot, group), V2_FILES);
    await write(roots.cgroupRoot, { "cgroup.controllers": "cpu memory io pids\n" });
    await mkdir(path.join(roots.cgroupRoot, group, below), { recursive: true });
    await writeProcess(42, `0::${group}${below}\n`);
    expect(hasCgroupTree(roots)).toBe(true);
    expect(backend().read(TARGET)).toEqual({
      takenAtMs: 7,
      cpuNs: 5_000_000,
      memoryUsedBytes: 700_000,
      memoryLimitBytes: 8 * GIB,
      networkRxBytes: 1_500,
      networkTxBytes: 23,
      blockReadBytes: 4_097,
      blockWriteBytes: 102,
      pids: 5,
      cpuPeriods: 10,
      throttledPeriods: 3,
    });
  });
});

const V1_FILES = {
  "cpuacct/cpuacct.usage": "5000000\n",
  "cpu/cpu.stat": "nr_periods 10\nnr_throttled 3\nthrottled_time 77\n",
  "memory/memory.usage_in_bytes": "1000000\n",
  "memory/memory.limit_in_bytes": "9223372036854771712\n",
  "memory/memory.stat": "cache 1\ninactive_file 5\ntotal_cache 1\ntotal_inactive_file 300000\ntotal_active_file 7\n",
  "blkio/blkio.throttle.io_service_bytes": "8:0 Read 4096\n8:0 Write 100\n8:0 Total 4196\n8:16 Read 1\nTotal 4197\n",
  "pids/pids.current": "5\n",
};

const inGroup = (group: string, files: Readonly<Record<string, string>>, rename = (name: string) => name) =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => {
      const [controller = "", file = ""] = name.split("/");
      return [`${rename(controller)}${group}/${file}`, text];
    }),
  );

describe("cgroup v1", () => {
  const lines = (group: string) =>
    `9:name=systemd:/\n6:pids:${group}\n5:blkio:${group}\n4:memory:${group}\n2:cpu,cpuacct:${group}\n0::/\n`;

  test.each([
    ["controllers each in their own directory", (name: string) => name],
    ["controllers mounted together", (name: string) => (name.startsWith("cpu") ? "cpu,cpuacct" : name)],
  ])("%s", async (_, rename) => {
    const group = `/docker/${ID}`;
    await write(roots.cgroupRoot, inGroup(group, V1_FILES, rename));
    await writeProcess(42, lines(group));
    expect(backend().read(TARGET)).toEqual({
      takenAtMs: 7,
      cpuNs: 5_000_000,
      memoryUsedBytes: 700_000,
      memoryLimitBytes: 8 * GIB,
      networkRxBytes: 1_500,
      networkTxBytes: 23,
      blockReadBytes: 4_097,
      blockWriteBytes: 100,
      pids: 5,
      cpuPeriods: 10,
      throttledPeriods: 3,
    });
  });

  test("a host without the memory controller says unknown, not zero", async () => {
    const group = `/docker/${ID}`;
    const { "cpuacct/cpuacct.usage": usage } = V1_FILES;
    await write(roots.cgroupRoot, inGroup(group, { "cpuacct/cpuacct.usage": usage }));
    await writeProcess(42, lines(group));
    const read = backend().read(TARGET);
    expect(read).toMatchObject({
      cpuNs: 5_000_000,
      memoryUsedBytes: null,
      pids: null,
      blockReadBytes: null,
      cpuPeriods: null,
    });
  });
});

describe("what cannot be seen", () => {
  const group = `/docker/${ID}`;
  const prepare = async () => {
    await write(path.join(roots.cgroupRoot, group), V2_FILES);
  };

  test("no process of that number, or somebody else's: another pid namespace", async () => {
    await prepare();
    expect(backend().read(TARGET)).toBeNull();
    await writeProcess(42, "0::/user.slice/session-1.scope\n");
    expect(backend().read(TARGET)).toBeNull();
    expect(backend().read({ ...TARGET, pid: null })).toBeNull();
  });

  test("a private cgroup namespace, where every path is the root", async () => {
    await prepare();
    await writeProcess(42, "0::/\n");
    expect(backend().read(TARGET)).toBeNull();
  });

  test("the path is there, but not in our tree", async () => {
    await writeProcess(42, `0::${group}\n`);
    expect(backend().read(TARGET)).toBeNull();
  });
});

describe("a container's run", () => {
  const group = `/docker/${ID}`;

  test("is looked up once, and again after a new start or after it has gone", async () => {
    await write(path.join(roots.cgroupRoot, group), V2_FILES);
    await writeProcess(42, `0::${group}\n`);
    const reader = backend();
    expect(reader.read(TARGET)).not.toBeNull();
    await rm(path.join(roots.procRoot, "42", "cgroup"));
    expect(reader.read(TARGET)).not.toBeNull();
    expect(reader.read({ ...TARGET, startedAtNs: 2n })).toBeNull();
    await writeProcess(43, `0::${group}\n`);
    const restarted = { ...TARGET, startedAtNs: 2n, pid: 43 };
    expect(reader.read(restarted)).not.toBeNull();
    await rm(path.join(roots.cgroupRoot, group), { recursive: true });
    expect(reader.read(restarted)).toBeNull();
  });

  test.each([
    ["host mode", { networkMode: "host" }, "net:[2]"],
    ["no network", { networkMode: "none" }, "net:[2]"],
    ["the network of a container in host mode", { networkMode: `container:${dockerIdOf(9)}` }, "net:[1]"],
  ])("network is unknown in %s", async (_, changes, namespace) => {
    await write(path.join(roots.cgroupRoot, group), V2_FILES);
    await writeProcess(1, "0::/init.scope\n", "net:[1]");
    await writeProcess(42, `0::${group}\n`, namespace);
    expect(backend().read({ ...TARGET, ...changes })).toMatchObject({
      networkRxBytes: null,
      networkTxBytes: null,
      pids: 5,
    });
  });

  test("a limit of its own counts, one beyond the machine does not", async () => {
    const limit = async (bytes: string) => {
      await write(path.join(roots.cgroupRoot, group), { ...V2_FILES, "memory.max": `${bytes}\n` });
      return backend().read(TARGET)?.memoryLimitBytes;
    };
    await writeProcess(42, `0::${group}\n`);
    expect(await limit(String(GIB))).toBe(GIB);
    expect(await limit(String(64 * GIB))).toBe(8 * GIB);
  });
});

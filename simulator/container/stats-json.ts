import { goTime, NEVER } from "../rfc3339.ts";
import { hasOwnNetwork } from "./container-json.ts";
import { runOf } from "./container-state.ts";
import { type LoadReading, systemCpuNs } from "./load-meter.ts";
import type { SimulatedContainer } from "./simulated-container.ts";

/** The machine a sample is taken on. */
export interface StatsHost {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly bootedNs: bigint;
}

/** One reading of a running container; undefined for every other state. */
export interface StatsSample {
  readonly tsNs: bigint;
  readonly systemCpuNs: bigint;
  readonly reading: LoadReading;
}

export const takeSample = (container: SimulatedContainer, host: StatsHost, nowNs: bigint): StatsSample | undefined => {
  const run = runOf(container.state);
  return run === undefined
    ? undefined
    : { tsNs: nowNs, systemCpuNs: systemCpuNs(nowNs - host.bootedNs, host.cpus), reading: run.meter.read(nowNs) };
};

/**
 * One record of `/stats` as an engine on cgroup v2 writes it. Without `previous` the previous CPU is empty, as in the first
 * record of a stream; without `sample` (the container does not run) there are names and zeros, and `read` is year 1.
 */
export const statsJson = (
  container: SimulatedContainer,
  host: StatsHost,
  samples: { readonly sample: StatsSample | undefined; readonly previous?: StatsSample | undefined },
): object => {
  const { sample, previous } = samples;
  const names = { name: `/${container.name}`, id: container.id };
  if (sample === undefined) {
    return {
      read: NEVER,
      preread: NEVER,
      pids_stats: {},
      blkio_stats: EMPTY_BLOCK_IO,
      num_procs: 0,
      storage_stats: {},
      cpu_stats: EMPTY_CPU,
      precpu_stats: EMPTY_CPU,
      memory_stats: {},
      ...names,
    };
  }
  const { reading } = sample;
  return {
    read: goTime(sample.tsNs),
    preread: previous === undefined ? NEVER : goTime(previous.tsNs),
    pids_stats: { current: reading.pids },
    blkio_stats: {
      ...EMPTY_BLOCK_IO,
      io_service_bytes_recursive: [
        { major: 259, minor: 0, op: "read", value: reading.blockReadBytes },
        { major: 259, minor: 0, op: "write", value: reading.blockWriteBytes },
      ],
    },
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuJson(sample, host),
    precpu_stats: previous === undefined ? EMPTY_CPU : cpuJson(previous, host),
    memory_stats: memoryJson(reading, container.spec.memoryLimitBytes || host.memoryBytes),
    ...names,
    ...(hasOwnNetwork(container.spec) ? { networks: { eth0: networkJson(reading) } } : {}),
  };
};

const EMPTY_THROTTLING = { periods: 0, throttled_periods: 0, throttled_time: 0 };
const EMPTY_CPU = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: EMPTY_THROTTLING,
};
const EMPTY_BLOCK_IO = {
  io_service_bytes_recursive: null,
  io_serviced_recursive: null,
  io_queue_recursive: null,
  io_service_time_recursive: null,
  io_wait_time_recursive: null,
  io_merged_recursive: null,
  io_time_recursive: null,
  sectors_recursive: null,
};

/** A CFS period of 100 ms; a throttled one is stopped for about half of it. */
const PERIOD_NS = 100_000_000;

const cpuJson = (sample: StatsSample, host: StatsHost): object => {
  const total = Number(sample.reading.cpuNs);
  const kernel = Math.round(total * 0.18);
  const throttled = Number(sample.reading.throttledNs);
  return {
    cpu_usage: { total_usage: total, usage_in_kernelmode: kernel, usage_in_usermode: total - kernel },
    system_cpu_usage: Number(sample.systemCpuNs),
    online_cpus: host.cpus,
    throttling_data:
      throttled === 0
        ? EMPTY_THROTTLING
        : {
            periods: Math.ceil((throttled * 4) / PERIOD_NS),
            throttled_periods: Math.ceil((throttled * 2) / PERIOD_NS),
            throttled_time: throttled,
          },
  };
};

/** `usage` is what the container uses plus the file cache that the CLI takes off again. */
const memoryJson = (reading: LoadReading, limit: number): object => {
  const cache = Math.round(reading.memoryBytes * 0.12);
  const usage = Math.min(limit, reading.memoryBytes + cache);
  return {
    usage,
    stats: {
      active_anon: 0,
      active_file: Math.round(cache * 0.3),
      anon: Math.round(reading.memoryBytes * 0.9),
      file: Math.round(cache * 1.3),
      file_dirty: 0,
      file_mapped: Math.round(cache * 0.2),
      inactive_anon: Math.round(reading.memoryBytes * 0.9),
      inactive_file: cache,
      kernel_stack: reading.pids * 16_384,
      pgfault: Math.round(reading.memoryBytes / 4096),
      pgmajfault: 0,
      shmem: 0,
      slab: Math.round(reading.memoryBytes * 0.02),
      sock: 0,
      unevictable: 0,
    },
    limit,
  };
};

const TYPICAL_PACKET_BYTES = 600;

const networkJson = (reading: LoadReading): object => ({
  rx_bytes: reading.networkRxBytes,
  rx_packets: Math.ceil(reading.networkRxBytes / TYPICAL_PACKET_BYTES),
  rx_errors: 0,
  rx_dropped: 0,
  tx_bytes: reading.networkTxBytes,
  tx_packets: Math.ceil(reading.networkTxBytes / TYPICAL_PACKET_BYTES),
  tx_errors: 0,
  tx_dropped: 0,
});

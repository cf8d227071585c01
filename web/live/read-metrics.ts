import type { ClientMetrics } from "@yardarm/protocol/client-down/metrics";

/**
 * Hand-written check of `metrics`: with thousands of containers it arrives several times a second, and the schema
 * library would cost more than drawing it. `read-metrics.test.ts` holds it against the schema.
 */

const SAMPLE_VALUES = [
  "cpuCores",
  "memoryUsedBytes",
  "memoryLimitBytes",
  "networkRxBytesPerSecond",
  "networkTxBytesPerSecond",
  "blockReadBytesPerSecond",
  "blockWriteBytesPerSecond",
  "pids",
  "throttledRatio",
] as const;
const HOST_VALUES = ["cpuRatio", "load1", "memoryUsedBytes", "memoryTotalBytes", "swapUsedBytes"] as const;
const ID = /^[a-z]{2,5}_[0-9a-z]{10,64}$/;

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null;

const hasValues = (record: Fields, names: readonly string[]): boolean =>
  names.every((name) => {
    const value = record[name];
    return value === null || (typeof value === "number" && value >= 0 && Number.isFinite(value));
  });

const isId = (value: unknown): boolean => typeof value === "string" && ID.test(value);

const isMetrics = (value: unknown): value is ClientMetrics =>
  isRecord(value) &&
  value.type === "metrics" &&
  isId(value.hostId) &&
  typeof value.tsNs === "string" &&
  /^-?\d{1,19}$/.test(value.tsNs) &&
  typeof value.intervalMs === "number" &&
  Number.isFinite(value.intervalMs) &&
  (value.host === null || (isRecord(value.host) && hasValues(value.host, HOST_VALUES))) &&
  Array.isArray(value.containers) &&
  value.containers.every(
    (sample: unknown) => isRecord(sample) && isId(sample.containerId) && hasValues(sample, SAMPLE_VALUES),
  );

/** The message when `value` is a well-formed `metrics`, otherwise `null`. */
export const readMetrics = (value: unknown): ClientMetrics | null => (isMetrics(value) ? value : null);

import { z } from "zod";
import { dockerIdSchema } from "./schema.ts";

/**
 * One sample of one container. `null` means unknown (first sample, stopped container, reset counter), never zero.
 * Rates are computed on the agent over the interval that ended with the sample.
 */
const value = z.number().min(0).nullable();

export const containerSampleSchema = z.object({
  dockerId: dockerIdSchema,
  /** Processor time over wall time: 1 = one full core. `docker stats` shows it times 100. */
  cpuCores: value,
  /** Usage without inactive file cache, as the docker CLI counts. */
  memoryUsedBytes: value,
  memoryLimitBytes: value,
  networkRxBytesPerSecond: value,
  networkTxBytesPerSecond: value,
  blockReadBytesPerSecond: value,
  blockWriteBytesPerSecond: value,
  pids: value,
  /** Share of the scheduler periods in which the container was throttled, 0 to 1. */
  throttledRatio: value,
});

export type ContainerSample = z.infer<typeof containerSampleSchema>;

/** The machine itself. */
export const hostSampleSchema = z.object({
  cpuRatio: value,
  load1: value,
  memoryUsedBytes: value,
  memoryTotalBytes: value,
  swapUsedBytes: value,
});

export type HostSample = z.infer<typeof hostSampleSchema>;

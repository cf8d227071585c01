/** What took the oldest lines of a container. */
export type EvictionReason = "age" | "container_bytes" | "org_bytes" | "total_bytes" | "free_disk";

/** Where the stored log of a container begins. */
export interface LogsSince {
  /** The oldest stored line. */
  readonly firstSeq: number;
  /** Lowest stamp in its chunk, ns since the epoch. */
  readonly firstTsNs: bigint;
  /** What took the lines before; `null` when none were taken. */
  readonly reason: EvictionReason | null;
}

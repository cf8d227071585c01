import type { ContainerId, OrgId } from "@yardarm/protocol/ids";

/** Neighbouring lines as they come: one whole uncompressed batch, of which the lines from `fromSeq` on are new. */
export interface LiveBatch {
  readonly batch: Uint8Array;
  readonly fromSeq: number;
  readonly endSeq: number;
}

/** What reading on needs of the relay. */
export interface LiveLog {
  /**
   * The lines of a container from `fromSeq` on, without a hole or a double, until the signal aborts or the reader leaves; both
   * end the interest in the container at once. A slow reader is read to from the ring or the store.
   */
  follow(query: {
    readonly orgId: OrgId;
    readonly containerId: ContainerId;
    readonly fromSeq: number;
    readonly signal: AbortSignal;
  }): AsyncIterable<LiveBatch>;
}

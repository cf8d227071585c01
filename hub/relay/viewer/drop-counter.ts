import type { DropReason } from "@yardarm/protocol/log/drop-reason";

/** Where the relay says what it let go. One closed set of reasons: on the wire, in the metric's label, on screen. */
export interface DropCounter {
  count(reason: DropReason, frames: number, bytes: number): void;
}

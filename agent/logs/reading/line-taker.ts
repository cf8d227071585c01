/** What the reader of a log needs, and whom it serves. */
import type { ContainerRun } from "../container-run.ts";
import type { LineSink } from "./line-joiner.ts";
import type { LogContainer, LogSource, LogSources } from "../log-source.ts";
import type { Loss } from "./pending-loss.ts";
import type { LineRedaction } from "../redaction.ts";

export type ReaderReport =
  /** `reason`: why a better source is not used. */
  | { readonly kind: "reading"; readonly source: LogSource["kind"]; readonly reason: string | null }
  | { readonly kind: "stopped" }
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "gone" };

/** Who takes the lines. All calls come in order; `line` as in `LineSink`. */
export interface LineTaker extends LineSink {
  /** Lines are missing in front of the next one. */
  loss(loss: Loss): void;
  /** Everything of one read was handed over. */
  readEnd(): void;
  report(report: ReaderReport): void;
}

export type LineReaderOptions = {
  readonly sources: LogSources;
  readonly container: LogContainer;
  /** Both by this machine's clock. */
  readonly createdAtNs: bigint;
  readonly enrolledAtNs: bigint;
  readonly taker: LineTaker;
  /** Default: none. */
  readonly redaction?: LineRedaction | null;
  /** Rejects with a `ProtocolError` while the engine cannot say. */
  inspect(): Promise<ContainerRun>;
  /** Resolves with the function that gives the slot back. */
  acquireSlot(): Promise<() => void>;
  readonly clock: {
    nowNs(): bigint;
    monotonicMs(): number;
    setTimer(delayMs: number, callback: () => void): () => void;
  };
  /** From 0 up to, but without, 1. */
  random(): number;
};

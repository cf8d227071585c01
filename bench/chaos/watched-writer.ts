import type { ContainerId } from "@yardarm/protocol/ids";
import type { ChaosViewer } from "./chaos-viewer.ts";
import type { EngineWitness } from "./engine-witness.ts";
import type { Writer } from "./writers.ts";

/** One generation of a writer: what it wrote, and under which identity the hub has it. */
export interface WatchedWriter extends Writer {
  readonly containerId: ContainerId;
  readonly witness: EngineWitness;
}

/** The last line of each stream is there, or a loss that says what became of it, and no hole before it. */
export const hasArrived = ({ witness, containerId }: WatchedWriter, viewer: ChaosViewer): boolean => {
  const log = viewer.log(containerId);
  if (log.resume === null || !log.isComplete) return false;
  if (log.item(log.endSeq - 1)?.kind === "loss") return true;
  const missing = new Set(witness.log.streams.map(({ prints }) => prints.at(-1)));
  missing.delete(undefined);
  for (let seq = log.endSeq - 1; seq >= log.firstSeq && missing.size > 0; seq--) {
    const item = log.item(seq);
    if (item?.kind === "line") missing.delete(item.print);
  }
  return missing.size === 0;
};

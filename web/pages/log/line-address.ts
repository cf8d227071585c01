import { asId, type ContainerId, type WorkloadId } from "@yardarm/protocol/ids";

/** One line as it stands in an address: `workload.container.seq.ms`. It survives the container, which is one generation of the workload. */
export type LineAddress = {
  readonly workloadId: WorkloadId;
  readonly containerId: ContainerId;
  readonly seq: number;
  /** When the line was written, ms since the epoch: where to look when its number is gone. */
  readonly atMs: number;
};

export const writeLineAddress = ({ workloadId, containerId, seq, atMs }: LineAddress): string =>
  `${workloadId}.${containerId}.${seq}.${Math.round(atMs)}`;

/** `null` for whatever is no such address. */
export const readLineAddress = (text: string | null): LineAddress | null => {
  const [, workload, container, seq, ms] = /^(\w+)\.(\w+)\.(\d{1,15})\.(\d{1,15})$/.exec(text ?? "") ?? [];
  if (workload === undefined || container === undefined) return null;
  return {
    workloadId: asId<WorkloadId>(workload),
    containerId: asId<ContainerId>(container),
    seq: Number(seq),
    atMs: Number(ms),
  };
};

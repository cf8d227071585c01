import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";

const GIB = 1024 ** 3;

/** What the figures were measured on, in one line. */
export const describeMachine = (): string => {
  const model = cpus()[0]?.model.trim() || arch();
  const memory = Math.round(totalmem() / GIB);
  return `${availableParallelism()} × ${model}, ${memory} GiB, ${type()} ${release()}, Node ${process.versions.node}`;
};

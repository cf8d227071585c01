import type { ReportedContainer } from "@yardarm/protocol/container";
import { asId, type DockerId } from "@yardarm/protocol/ids";

/** A docker id that ends with `n` in hex; distinct for distinct numbers. */
export const dockerIdOf = (n: number): DockerId => asId<DockerId>(n.toString(16).padStart(64, "0"));

/** A running container as an agent would report it; `n` makes its id and name. */
export const reportedContainer = (n: number, changes: Partial<ReportedContainer> = {}): ReportedContainer => ({
  dockerId: dockerIdOf(n),
  name: `web-${n}`,
  image: "example/web:1",
  imageId: "sha256:0",
  state: "running",
  health: "none",
  exitCode: null,
  oomKilled: false,
  createdAtNs: "1700000000000000000",
  startedAtNs: "1700000001000000000",
  finishedAtNs: null,
  restartCount: 0,
  labels: {},
  ports: [],
  networkMode: "bridge",
  tty: false,
  logDriver: "json-file",
  logOptions: {},
  memoryLimitBytes: null,
  cpuLimitCores: null,
  stopGraceSeconds: null,
  compose: null,
  isAgent: false,
  ...changes,
});

/** Readings from the kernel's own files: about 90 µs per container, and nothing asked of the engine. */
import type { DockerId } from "@yardarm/protocol/ids";
import { type CgroupLocation, type KernelRoots, locateCgroup } from "./cgroup-location.ts";
import { readCgroupV1 } from "./cgroup-v1.ts";
import { readCgroupV2 } from "./cgroup-v2.ts";
import { type Counters, hasOwnNetwork, type MetricsTarget } from "./counters.ts";
import { networkNamespace, readNetwork } from "./proc-net.ts";

/** What is looked up once per start of a container. */
type Located = {
  readonly startedAtNs: bigint | null;
  readonly pid: number;
  readonly cgroup: CgroupLocation;
  readonly hasNetwork: boolean;
};

export class CgroupBackend {
  readonly #roots: KernelRoots;
  readonly #monotonicMs: () => number;
  readonly #hostMemoryBytes: number | null;
  readonly #hostNetwork: string | null;
  readonly #located = new Map<DockerId, Located>();

  /** `monotonicMs` has at least microseconds; `hostMemoryBytes` stands in for the limit of a container that has none. */
  constructor(options: KernelRoots & { readonly monotonicMs: () => number; readonly hostMemoryBytes: number | null }) {
    this.#roots = options;
    this.#monotonicMs = options.monotonicMs;
    this.#hostMemoryBytes = options.hostMemoryBytes;
    this.#hostNetwork = networkNamespace(options.procRoot, 1);
  }

  /** `null` when the container has stopped or cannot be seen from here; asking the engine tells which. */
  read(target: MetricsTarget): Counters | null {
    const located = this.#locate(target);
    if (located === null) return null;
    const takenAtMs = this.#monotonicMs();
    const { cgroup } = located;
    const counters = cgroup.version === 1 ? readCgroupV1(cgroup) : readCgroupV2(cgroup.directory);
    if (counters === null) {
      this.#located.delete(target.dockerId);
      return null;
    }
    const network = located.hasNetwork ? readNetwork(this.#roots.procRoot, located.pid) : null;
    return {
      ...counters,
      takenAtMs,
      memoryLimitBytes: this.#clampLimit(counters.memoryLimitBytes),
      networkRxBytes: network?.rxBytes ?? null,
      networkTxBytes: network?.txBytes ?? null,
    };
  }

  /** Drops what is remembered of containers that are not in `running`. */
  forgetExcept(running: ReadonlySet<DockerId>): void {
    for (const dockerId of this.#located.keys()) {
      if (!running.has(dockerId)) this.#located.delete(dockerId);
    }
  }

  #locate(target: MetricsTarget): Located | null {
    const known = this.#located.get(target.dockerId);
    if (known !== undefined && known.startedAtNs === target.startedAtNs) return known;
    this.#located.delete(target.dockerId);
    const { pid, startedAtNs, dockerId } = target;
    if (pid === null) return null;
    const cgroup = locateCgroup(this.#roots, pid, dockerId);
    if (cgroup === null) return null;
    // "container:X" may lead to the host's namespace, which the mode does not tell.
    const namespace = networkNamespace(this.#roots.procRoot, pid);
    const isHosts = namespace !== null && namespace === this.#hostNetwork;
    const located = { startedAtNs, pid, cgroup, hasNetwork: hasOwnNetwork(target.networkMode) && !isHosts };
    this.#located.set(dockerId, located);
    return located;
  }

  /** As the engine: no limit, or one beyond the machine, is the machine's memory. */
  #clampLimit(limitBytes: number | null): number | null {
    if (this.#hostMemoryBytes === null) return limitBytes;
    return Math.min(limitBytes ?? this.#hostMemoryBytes, this.#hostMemoryBytes);
  }
}

import type { LogHit } from "@yardarm/protocol/api/logs";
import { asId, type ContainerId, type WorkloadId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { makeContainer, makeHost } from "../../dev/samples.ts";
import { hitsAsNdjson } from "./write-hits.ts";

test("[LOGS-06] hits are saved with names and whole stamps, one per line; a container that is not known has its id", () => {
  const host = makeHost({ name: "fra-1" });
  const container = makeContainer({ name: "web", hostId: host.hostId });
  const hit: Omit<LogHit, "containerId"> = {
    ...{ workloadId: asId<WorkloadId>("wkl_00000000000000000001"), seq: 3, tsNs: "1795269731123456789" },
    ...{ stream: "stderr", level: "warn", message: 'two\nlines "quoted"', truncated: true },
  };
  const gone = asId<ContainerId>("ctr_00000000000000000099");
  const text = hitsAsNdjson(
    [
      { ...hit, containerId: container.containerId },
      { ...hit, containerId: gone },
    ],
    new Map([[container.containerId, container]]),
    new Map([[host.hostId, host]]),
  );
  const [known, unknown, ...rest] = text.split("\n").map((line): unknown => JSON.parse(line));
  expect(rest).toEqual([]);
  expect(known).toEqual({
    ...{ host: "fra-1", container: "web", containerId: container.containerId, seq: 3 },
    ...{ ts: "2026-11-21T14:02:11.123456789Z", stream: "stderr", level: "warn" },
    ...{ message: 'two\nlines "quoted"', truncated: true },
  });
  expect(unknown).toMatchObject({ containerId: gone, seq: 3 });
  expect(unknown).not.toHaveProperty("container");
});

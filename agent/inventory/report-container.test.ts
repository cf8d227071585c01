import { reportedContainerSchema } from "@yardarm/protocol/container";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ContainerDetails, decodeContainerDetails } from "../docker/container-details.ts";
import { LABEL_BYTES, reportContainer } from "./report-container.ts";

const ID = asId<DockerId>("ab".repeat(32));

const details = (changes: Partial<ContainerDetails> = {}): ContainerDetails => {
  const decoded = decodeContainerDetails({ Id: ID, Name: "/web", Created: "2026-01-02T03:04:05.000000001Z" });
  if (decoded === null) throw new Error("no details");
  return { ...decoded, ...changes };
};

test("times are decimal strings, the agent's own container is marked", () => {
  const reported = reportContainer(details({ startedAtNs: 5n }), ID);
  expect(reported).toMatchObject({ createdAtNs: "1767323045000000001", startedAtNs: "5", finishedAtNs: null });
  expect(reported.isAgent).toBe(true);
  expect(reportContainer(details(), null).isAgent).toBe(false);
});

test("compose is told when project and service are known", () => {
  const labels = { "com.docker.compose.project": "shop", "com.docker.compose.service": "api" };
  expect(reportContainer(details({ labels }), null).compose).toEqual({ project: "shop", service: "api", number: null });
  const numbered = { ...labels, "com.docker.compose.container-number": "2" };
  expect(reportContainer(details({ labels: numbered }), null).compose?.number).toBe(2);
  expect(reportContainer(details({ labels: { "com.docker.compose.project": "shop" } }), null).compose).toBeNull();
});

test("credentials in a log driver's options stay on the host", () => {
  const logOptions = { "splunk-token": "secret", "awslogs-credentials-endpoint": "/x", "max-size": "10m" };
  expect(reportContainer(details({ logOptions }), null).logOptions).toEqual({ "max-size": "10m" });
});

test("[SEC-T24] a container's environment, command and mounts are in no report", () => {
  const secret = "hunter2-in-the-clear";
  const decoded = decodeContainerDetails({
    ...{ Id: ID, Name: "/web", Created: "2026-01-02T03:04:05.000000001Z" },
    Args: ["--password", secret],
    Config: { Image: "web:1", Env: [`PASSWORD=${secret}`], Cmd: ["sh", "-c", secret], Entrypoint: [secret] },
    HostConfig: { Binds: [`/etc/${secret}:/x`] },
    Mounts: [{ Source: `/etc/${secret}` }],
  });
  if (decoded === null) throw new Error("no details");
  const reported = reportContainer(decoded, null);
  expect(reported.image).toBe("web:1");
  expect(JSON.stringify(reported)).not.toContain(secret);
});

test("labels have a budget in bytes, which Yardarm's own never lose to others", () => {
  const flood = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`a.${index}`, "x".repeat(500)]));
  const own = { "yardarm.protected": "true", "com.docker.compose.project": "shop" };
  const { labels } = reportContainer(details({ labels: { ...flood, ...own } }), null);
  expect(labels).toMatchObject(own);
  const bytes = Object.entries(labels).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  expect(bytes).toBeLessThanOrEqual(LABEL_BYTES);
  expect(bytes).toBeGreaterThan(LABEL_BYTES / 2);
});

test("whatever an engine says, the report fits the wire", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.integer({ min: 0, max: 6_000 }).map((n) => "😀".repeat(n)),
  );
  const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
  const anyDetails = fc.record({
    name: anyText,
    image: anyText,
    imageId: anyText,
    networkMode: anyText,
    logDriver: anyText,
    labels: fc.dictionary(anyText, anyText, { maxKeys: 5 }),
    logOptions: fc.dictionary(fc.constantFrom("max-size", "mode", "x"), anyText),
    restartCount: anyNumber,
    exitCode: fc.option(anyNumber),
    stopGraceSeconds: fc.option(anyNumber),
    memoryLimitBytes: fc.option(anyNumber.map(Math.abs)),
    ports: fc.array(
      fc.record({
        containerPort: fc.integer({ min: -5, max: 70_000 }),
        protocol: anyText,
        hostIp: fc.option(anyText),
        hostPort: fc.option(fc.integer({ min: -5, max: 70_000 })),
      }),
      { maxLength: 400, size: "max" },
    ),
  });
  fc.assert(
    fc.property(anyDetails, (changes) => {
      const reported = reportContainer(details(changes), null);
      expect(reportedContainerSchema.safeParse(reported).error).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

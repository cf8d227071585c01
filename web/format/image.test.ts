import { expect, test } from "vitest";
import { formatPorts, shortImage, splitImage } from "./image.ts";

const digest = "a".repeat(64);

test.each([
  ["nginx", "nginx", "latest", "nginx:latest"],
  ["nginx:1.29", "nginx", "1.29", "nginx:1.29"],
  ["registry:5000/team/app", "registry:5000/team/app", "latest", "app:latest"],
  ["registry:5000/team/app:v2", "registry:5000/team/app", "v2", "app:v2"],
  [`app@sha256:${digest}`, "app", `@${"a".repeat(12)}`, `app@${"a".repeat(12)}`],
  [`app:v2@sha256:${digest}`, "app", `@${"a".repeat(12)}`, `app@${"a".repeat(12)}`],
  [`sha256:${digest}`, "a".repeat(12), "", "a".repeat(12)],
])("%s", (reference, name, tag, short) => {
  expect(splitImage(reference)).toEqual({ name, tag });
  expect(shortImage(reference)).toBe(short);
});

test("ports: published ones only, both address families once, protocol when it is not tcp", () => {
  const tcp = { protocol: "tcp", hostIp: "0.0.0.0" };
  expect(
    formatPorts([
      { ...tcp, containerPort: 80, hostPort: 8080 },
      { ...tcp, containerPort: 80, hostPort: 8080, hostIp: "::" },
      { ...tcp, containerPort: 443, hostPort: 443 },
      { ...tcp, containerPort: 9000, hostPort: null },
      { containerPort: 53, hostPort: 53, protocol: "udp", hostIp: null },
    ]),
  ).toEqual(["8080→80", "443", "53/udp"]);
});

import { expect, test } from "vitest";
import { createLogger, scrubUrl } from "./logger.ts";

const capture = (level = "info") => {
  const lines: string[] = [];
  const logger = createLogger({ level, destination: { write: (line: string) => void lines.push(line) } });
  return { logger, lines };
};

test("a line is one JSON object with an ISO time and a level by name", () => {
  const { logger, lines } = capture();
  logger.info({ hostId: "hst_x" }, "connected");
  logger.debug("not at this level");
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  expect(line).toMatchObject({ level: "info", hostId: "hst_x", msg: "connected" });
  expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test("secrets are struck out by name at any usual depth", () => {
  const { logger, lines } = capture();
  logger.info({
    token: "s3cret",
    headers: { authorization: "Bearer s3cret", cookie: "a=s3cret", "set-cookie": "s3cret" },
    request: { body: { password: "s3cret", nonce: "s3cret", ticket: "s3cret" } },
    joinToken: "s3cret",
    seed: "s3cret",
  });
  expect(lines.join()).not.toContain("s3cret");
  expect(lines.join()).toContain("[redacted]");
});

test("[SEC-T11] single-use credentials are scrubbed from logged addresses", () => {
  const { logger, lines } = capture();
  logger.info({ url: "/ws/client?ticket=s3cret&x=1" }, "upgrade");
  expect(lines[0]).toContain("/ws/client?ticket=[redacted]&x=1");
  expect(scrubUrl("/ws/agent/hst_x?a=1&token=s3cret#f")).toBe("/ws/agent/hst_x?a=1&token=[redacted]#f");
});

test("an error keeps its cause", () => {
  const { logger, lines } = capture();
  logger.error({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");
  expect(lines[0]).toContain("outer");
  expect(lines[0]).toContain("inner");
});

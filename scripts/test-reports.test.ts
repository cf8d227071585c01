import { describe, expect, it } from "vitest";
import { readPlaywrightReport, readVitestReport } from "./test-reports.ts";

const counts = { numPassedTests: 1, numPendingTests: 0, numTodoTests: 0 };

describe("failures of a run", () => {
  it("names Vitest's failed tests by file and says what they said, without colours", () => {
    const { failures } = readVitestReport(
      {
        ...counts,
        testResults: [
          {
            name: "/repository/hub/a.test.ts",
            status: "failed",
            message: "",
            assertionResults: [
              { status: "passed", fullName: "a keeps", failureMessages: [] },
              {
                status: "failed",
                fullName: "a loses",
                failureMessages: ["\u001B[31mexpected 1\u001B[39m\n\n  at a.ts:3\n  at node_modules/runner.js:1"],
              },
            ],
          },
        ],
      },
      "/repository",
    );
    expect(failures).toEqual([{ title: "hub/a.test.ts › a loses", lines: ["expected 1", "  at a.ts:3"] }]);
  });

  it("names a file that could not be loaded", () => {
    const file = { name: "/repository/a.test.ts", status: "failed", message: "no such module", assertionResults: [] };
    expect(readVitestReport({ ...counts, testResults: [file] }, "/repository").failures).toEqual([
      { title: "a.test.ts", lines: ["no such module"] },
    ]);
  });

  it("names Playwright's failed and flaky tests, however deep they stand", () => {
    const spec = (title: string, status: string, message: string) => ({
      file: "log.e2e.ts",
      title,
      tests: [{ status, results: [{ errors: [{ message }] }, {}] }],
    });
    const stats = { expected: 1, unexpected: 1, flaky: 1, skipped: 0 };
    const suites = [
      { specs: [spec("passes", "expected", "")], suites: [{ specs: [spec("fails", "unexpected", "timeout")] }] },
      { specs: [spec("wavers", "flaky", "closed")] },
    ];
    expect(readPlaywrightReport({ stats, suites }).failures).toEqual([
      { title: "log.e2e.ts › fails", lines: ["timeout"] },
      { title: "log.e2e.ts › wavers", lines: ["closed"] },
    ]);
  });

  it("keeps a long message short", () => {
    const message = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
    const file = { name: "/repository/a.test.ts", status: "failed", message, assertionResults: [] };
    const [failure] = readVitestReport({ ...counts, testResults: [file] }, "/repository").failures;
    expect(failure?.lines).toHaveLength(12);
    expect(failure?.lines.at(-1)).toBe("line 11");
  });
});

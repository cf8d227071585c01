import path from "node:path";
import { stripVTControlCharacters } from "node:util";

/** What a test run came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A test that failed, told at the end of a run, where the whole output is not at hand. */
export interface Failure {
  /** File relative to the repository, then the test's name. */
  readonly title: string;
  /** What it said: at most {@link FAILURE_LINES} lines, without colours and the frames of libraries. */
  readonly lines: readonly string[];
}

/** A run as its report tells it. */
export type Run = Counts & { readonly failures: readonly Failure[] };

/** Enough for the assertion and the first frame of ours; the whole is printed where the test ran. */
const FAILURE_LINES = 12;

/** The part of Vitest's JSON report that is read here. A file that cannot be loaded has a message and no tests. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    /** The file's absolute path. */
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

interface PlaywrightSuite {
  readonly specs?: readonly {
    readonly file: string;
    readonly title: string;
    readonly tests: readonly {
      readonly status: string;
      readonly results: readonly { readonly errors?: readonly { readonly message?: string }[] }[];
    }[];
  }[];
  readonly suites?: readonly PlaywrightSuite[];
}

/** The part of Playwright's JSON report that is read here. */
export interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly suites: readonly PlaywrightSuite[];
}

const describe = (title: string, message: string): Failure => ({
  title,
  lines: stripVTControlCharacters(message)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.includes("node_modules/"))
    .slice(0, FAILURE_LINES),
});

/** A Vitest run; a file that could not be loaded is among the failures. @param root the repository's absolute path */
export function readVitestReport(report: VitestReport, root: string): Run {
  const failures = report.testResults.flatMap((file) => {
    const name = path.relative(root, file.name);
    const failed = file.assertionResults
      .filter(({ status }) => status === "failed")
      .map((test) => describe(`${name} › ${test.fullName}`, (test.failureMessages ?? []).join("\n")));
    return failed.length === 0 && file.status === "failed" ? [describe(name, file.message)] : failed;
  });
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

/** A Playwright run; a flaky test is a failed one. */
export function readPlaywrightReport({ stats, suites }: PlaywrightReport): Run {
  const failuresIn = (suite: PlaywrightSuite): Failure[] => [
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests
        .filter(({ status }) => status === "unexpected" || status === "flaky")
        .map(({ results }) => {
          const errors = results.flatMap((result) => result.errors ?? []);
          return describe(`${spec.file} › ${spec.title}`, errors.map(({ message }) => message ?? "").join("\n"));
        }),
    ),
    ...(suite.suites ?? []).flatMap(failuresIn),
  ];
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
    failures: suites.flatMap(failuresIn),
  };
}

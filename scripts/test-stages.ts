import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { makeTempDir } from "../testkit/temp-dir.ts";
import { root } from "./bootstrap.mjs";
import { STATIC_CHECKS } from "./check-steps.ts";
import { runCommand, wasInterrupted } from "./run-command.ts";
import {
  type Counts,
  type Failure,
  type Run,
  readPlaywrightReport,
  readVitestReport,
  type VitestReport,
} from "./test-reports.ts";

/**
 * The stages of `npm test`. All of them run, whatever an earlier one says, so that the summary at the end is complete. It
 * names each failed test, and its very last line is `N passed, N failed[, N skipped]` over all tests. A stage that fails without a failed test
 * (a check, a service that does not start, a project without tests) counts as one failure, so that the line never says 0 failed when
 * something did.
 */

interface StageResult extends Counts {
  readonly name: string;
  readonly seconds: number;
  /** Why the stage failed, beyond its failed tests. */
  readonly problem?: string;
  readonly failures?: readonly Failure[];
}

type Outcome = Omit<StageResult, "name" | "seconds">;

const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

/** The projects of vitest.config.ts, in the order in which they run. */
const VITEST_PROJECTS = ["unit", "pg", "docker", "web"] as const;

async function timed(name: string, run: () => Promise<Outcome>): Promise<StageResult> {
  console.error(`\n━━ ${name} ━━`);
  const startedAt = performance.now();
  const outcome = wasInterrupted() ? { ...NOTHING, failed: 1, problem: "not run: interrupted" } : await run();
  return { name, ...outcome, seconds: (performance.now() - startedAt) / 1000 };
}

/** A stage that is no test: it passes silently or counts as one failure. */
async function runTool(command: readonly string[]): Promise<Outcome> {
  const code = await runCommand(command);
  return code === 0
    ? NOTHING
    : { ...NOTHING, failed: 1, problem: `«${command.join(" ")}» ended with exit code ${code}` };
}

async function runTests<Report>(
  command: readonly string[],
  reportFile: string,
  read: (report: Report) => Run,
  extraEnvironment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const code = await runCommand(command, extraEnvironment);
  if (!existsSync(reportFile))
    return { ...NOTHING, failed: 1, problem: `it ended with exit code ${code} before any test ran` };
  const outcome = read(JSON.parse(await readFile(reportFile, "utf8")) as Report);
  if (outcome.passed + outcome.failed === 0) return { ...outcome, failed: 1, problem: "no test ran" };
  if (code !== 0 && outcome.failed === 0)
    return { ...outcome, failed: 1, problem: `all tests passed, but it ended with exit code ${code}` };
  return outcome;
}

function describeResult({ name, passed, failed, skipped, seconds, problem }: StageResult): string {
  const isTestStage = passed + failed + skipped > 0 && !(passed === 0 && problem !== undefined);
  const counts = isTestStage
    ? `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`
    : failed
      ? "failed"
      : "ok";
  return `${failed > 0 ? "✗" : "✓"} ${name.padEnd(26)}${`${seconds.toFixed(1)} s`.padStart(9)}  ${counts}${problem ? `: ${problem}` : ""}`;
}

const describeFailure = ({ title, lines }: Failure): string =>
  [`✗ ${title}`, ...lines.map((line) => `    ${line}`)].join("\n");

await using reports = await makeTempDir("reports");
const results: StageResult[] = [];
results.push(await timed("install Debian packages", () => runTool(["node", "scripts/install-debian.mjs"])));
results.push(await timed("build", () => runTool(["node", "scripts/build.mjs"])));
for (const { name, command } of STATIC_CHECKS) results.push(await timed(`check: ${name}`, () => runTool(command)));
for (const project of VITEST_PROJECTS) {
  const file = path.join(reports.path, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const command = ["vitest", "run", "--project", project, ...reporters];
  results.push(
    await timed(`tests: ${project}`, () =>
      runTests(command, file, (report: VitestReport) => readVitestReport(report, root)),
    ),
  );
}
const file = path.join(reports.path, "e2e.json");
const command = ["playwright", "test", "--config", "e2e/playwright.config.ts", "--reporter=list,json"];
const environment = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
results.push(await timed("tests: e2e", () => runTests(command, file, readPlaywrightReport, environment)));

const total = (key: keyof Counts) => results.reduce((sum, result) => sum + result[key], 0);
const skipped = total("skipped");
const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
console.log(`\n━━ summary (${(seconds / 60).toFixed(1)} min) ━━`);
for (const failure of results.flatMap(({ failures }) => failures ?? [])) console.log(describeFailure(failure));
console.log(results.map(describeResult).join("\n"));
console.log(`${total("passed")} passed, ${total("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
if (total("failed") > 0) process.exitCode = 1;

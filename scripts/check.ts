import { STATIC_CHECKS } from "./check-steps.ts";
import { describeFileSizes } from "./file-sizes.ts";
import { runCommand } from "./run-command.ts";

/** `npm run check`: format, lint, what is unused, types, then boundaries and all other unit tests. All of it runs, and what failed is named at the end. */

const failed: string[] = [];
for (const { name, command } of [
  ...STATIC_CHECKS,
  { name: "unit tests", command: ["vitest", "run", "--project", "unit"] },
]) {
  const startedAt = performance.now();
  const code = await runCommand(command);
  console.error(`${code === 0 ? "✓" : "✗"} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (code !== 0) failed.push(name);
}
console.log(describeFileSizes());
if (failed.length > 0) {
  console.error(`✗ Failed: ${failed.join(", ")}.`);
  process.exitCode = 1;
}

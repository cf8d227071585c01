import { parseArgs } from "node:util";
import { runCommand } from "./run-command.ts";

/** `npm run soak [-- --seeds N]`: the seeded fuzz tests of the log path with N random seeds each (200), beyond what `npm test` runs. */
const { values } = parseArgs({ options: { seeds: { type: "string", default: "200" } } });
if (!/^\d{1,5}$/.test(values.seeds)) {
  console.error("--seeds takes a number of random seeds, for example --seeds 500.");
  process.exit(2);
}
const command = [
  "vitest",
  "run",
  "--project",
  "unit",
  "--project",
  "pg",
  "-t",
  "seed",
  "agent/logs",
  "hub/relay",
  "hub/logs",
];
process.exitCode = await runCommand(command, { SOAK_SEEDS: values.seeds });

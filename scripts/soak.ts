import { parseArgs } from "node:util";
import { runCommand } from "./run-command.ts";

/**
 * Beyond what `npm test` runs: `npm run soak [-- --seeds N]`, the seeded fuzz tests of the log path with N random seeds
 * each (200), or `npm run soak -- --frames N [--seed S]`, the fuzz of the hub's sockets with N frames.
 */
const { values } = parseArgs({
  options: { seeds: { type: "string", default: "200" }, frames: { type: "string" }, seed: { type: "string" } },
});
if (values.frames !== undefined) {
  if (!/^\d{1,8}$/.test(values.frames)) {
    console.error("--frames takes a number of frames, for example --frames 1000000.");
    process.exit(2);
  }
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed)) {
    console.error("--seed takes a number, for example --seed 7.");
    process.exit(2);
  }
  const sockets = ["vitest", "run", "--project", "unit", "hub/socket-fuzz.test.ts"];
  process.exit(
    await runCommand(sockets, {
      SOAK_FRAMES: values.frames,
      ...(values.seed === undefined ? {} : { SOAK_SEED: values.seed }),
    }),
  );
}
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

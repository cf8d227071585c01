/**
 * `npm run chaos -- rotation`: 60,000 numbered lines through logs that the engine rotates, read by the agent from every
 * source that can, beside what a bare follow of the engine's API gives. Nothing in it is random.
 */
import { startDockerEngine } from "../../testkit/docker-engine.ts";
import type { Chaos } from "./chaos.ts";
import type { NumberedRun } from "./rotation/numbered-run.ts";
import { type RotationCase, RotationWorld } from "./rotation/rotation-world.ts";

const LINES = 60_000;
const OPTIONS = [{ "max-size": "100k" }, { "max-size": "100k", "max-file": "3" }, { "max-size": "1m" }] as const;
const CASES: readonly RotationCase[] = (["json-file", "local"] as const).flatMap((driver) =>
  OPTIONS.flatMap((options) => [false, true].map((isStalled) => ({ driver, options, isStalled, lines: LINES }))),
);

const HEADINGS = ["driver", "options", "reader", "source", "delivered", "repeated", "missing", "declared by", "ok"];
const COLUMNS = [10, 26, 8, 12, 10, 9, 9, 12, 3];

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, column) => cell.padEnd(COLUMNS[column] ?? 0))
    .join(" ")
    .trimEnd();

const isSound = ({ repeated, undeclared }: NumberedRun): boolean => repeated === 0 && undeclared === 0;

const rowOf = ({ driver, options, isStalled }: RotationCase, source: string, run: NumberedRun): string => {
  const words = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const declared = run.losses === 0 ? "" : `${run.losses} losses`;
  const numbers = [run.delivered, run.repeated, run.missing].map((count) => count.toLocaleString("en-US"));
  const isOurs = source !== "bare follow";
  const ok = isOurs ? (isSound(run) ? "yes" : "NO") : "";
  return row([driver, words.join(" "), isStalled ? "stalled" : "prompt", source, ...numbers, declared, ok]);
};

/** Every line that the engine still had is delivered once and in order; what is missing lies between declared losses. */
export const runRotation = async (progress: (sentence: string) => void) => {
  await using engine = await startDockerEngine();
  const world = await RotationWorld.open(engine.socketPath);
  const rows = [row(HEADINGS)];
  const sum = { lost: 0, doubled: 0, unsettled: 0, stalls: 0 };
  try {
    for (const asked of CASES) {
      progress(`${asked.driver} ${JSON.stringify(asked.options)}, ${asked.isStalled ? "stalled" : "prompt"}`);
      rows.push(rowOf(asked, "bare follow", await world.readByFollow(asked)));
      for (const source of world.sourcesOf(asked)) {
        if (asked.isStalled) sum.stalls += 1;
        const run = await world.readByAgent(asked, source);
        rows.push(rowOf(asked, source, run));
        sum.lost += run.undeclared;
        sum.doubled += run.repeated;
      }
    }
  } finally {
    world.close();
  }
  return { ok: sum.lost === 0 && sum.doubled === 0, rows, ...sum };
};

export const chaosRotation: Chaos = async ({ seed, progress }) => {
  const { ok, rows, lost, doubled, unsettled, stalls } = await runRotation(progress);
  return { report: { seed, kills: stalls, lost, doubled, unsettled, ok }, notes: rows };
};

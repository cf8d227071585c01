/** `log-levels`: how many lines of real logs are given the level that they state, and what finding it costs. */

import { LEVEL_NAMES } from "@yardarm/protocol/log/level";
import { LevelTracker } from "../agent/logs/level/continuation.ts";
import { NAMED_RULES } from "../agent/policy/redaction-rules.ts";
import { makeRedactor } from "../agent/policy/redactor.ts";
import {
  confusionOfSamples,
  confusionOfVectors,
  LEAST_RECOGNISED,
  LevelConfusion,
  MOST_WRONG,
} from "../testkit/level-confusion.ts";
import { LOG_SAMPLES, readLogSample } from "../testkit/log-samples.ts";
import { type Bench, RUNS, type Series } from "./bench.ts";

const ROUNDS = 40;
const WARM_UP_ROUNDS = 10;
const NS_PER_US = 1_000;

/** CPU time per line of `work`, ns, over all lines of the samples, each a piece of one buffer as it arrives from a log. */
const nsPerLine = (work: (text: Uint8Array, start: number, end: number) => number): number => {
  const lines = LOG_SAMPLES.flatMap((sample) => readLogSample(sample).map((line) => Buffer.from(`${line}\n`)));
  const text = Buffer.concat(lines);
  let sum = 0;
  const round = (): void => {
    let start = 0;
    for (const { length } of lines) {
      sum += work(text, start, start + length - 1);
      start += length;
    }
  };
  for (let count = 0; count < WARM_UP_ROUNDS; count++) round();
  const before = process.cpuUsage();
  for (let count = 0; count < ROUNDS; count++) round();
  const { user, system } = process.cpuUsage(before);
  const ns = ((user + system) * NS_PER_US) / (ROUNDS * lines.length);
  // The result has to be used, or the work might not be done at all.
  return Number.isNaN(sum) ? 0 : ns;
};

/** The least that a scan of the whole line costs. */
const sumBytes = (text: Uint8Array, start: number, end: number): number => {
  let sum = 0;
  for (let at = start; at < end; at++) sum += text[at] as number;
  return sum;
};

const percent = (ratio: number): string => `${(ratio * 100).toFixed(3)} %`;

const rowOf = (name: string, confusion: LevelConfusion): string =>
  [
    name.padEnd(16),
    String(confusion.total).padStart(6),
    String(confusion.stated).padStart(8),
    percent(confusion.recognisedRatio).padStart(11),
    percent(confusion.wrongRatio).padStart(9),
  ].join("  ");

const confusionTable = (confusion: LevelConfusion): string[] => {
  const cell = (text: string): string => text.padStart(8);
  const heading = [cell("states"), ...LEVEL_NAMES.map(cell)].join("");
  const rows = LEVEL_NAMES.map((truth) =>
    [cell(truth), ...LEVEL_NAMES.map((got) => cell(String(confusion.lines(truth, got) || "·")))].join(""),
  );
  return [heading, ...rows];
};

export const logLevels: Bench = async ({ progress }) => {
  const samples = confusionOfSamples();
  const vectors = confusionOfVectors();
  const all = new LevelConfusion();
  for (const confusion of samples.values()) all.add(confusion);
  const made = new LevelConfusion();
  for (const confusion of vectors.values()) made.add(confusion);

  const tracked: number[] = [];
  const bare: number[] = [];
  const redacted: number[] = [];
  const redactor = makeRedactor([
    ...NAMED_RULES.keys(),
    "literal:corp.example.internal",
    "pattern:tok_[A-Za-z0-9]{20,40}",
  ]);
  for (let run = 1; run <= RUNS; run++) {
    progress(`timing, run ${run} of ${RUNS}`);
    const tracker = new LevelTracker();
    tracked.push(nsPerLine((text, start, end) => tracker.classify(0, text, start, end)));
    bare.push(nsPerLine(sumBytes));
    redacted.push(nsPerLine((text, start, end) => redactor?.redact(text, start, end, false)?.length ?? 0));
  }
  // Counting gives the same in every run.
  const counted = (value: number): number[] => Array.from({ length: RUNS }, () => value);
  const series: Series[] = [
    {
      metric: "samples: stated levels that are recognised",
      unit: "%",
      values: counted(all.recognisedRatio * 100),
      goal: { of: "value", atLeast: LEAST_RECOGNISED * 100 },
    },
    {
      metric: "samples: lines with a level that they do not state",
      unit: "%",
      values: counted(all.wrongRatio * 100),
      goal: { of: "value", atMost: MOST_WRONG * 100 },
    },
    {
      metric: "made-up lines: stated levels that are recognised",
      unit: "%",
      values: counted(made.recognisedRatio * 100),
      goal: { of: "value", atLeast: LEAST_RECOGNISED * 100 },
    },
    {
      metric: "level and continuation, against a sum of the line's bytes",
      unit: "ns/line",
      values: tracked,
      references: bare,
    },
    {
      metric: "redaction by all named rules, a literal and a pattern",
      unit: "ns/line",
      values: redacted,
      references: bare,
    },
  ];
  return {
    series,
    notes: [
      "ns are of CPU time. Without rules there is no redaction on a line's way, and no cost of it. The truth comes from the column that each sample documents, and knows nothing of the detector. A level that was not seen is missed; one that the line does not state is wrong.",
      "",
      `${"".padEnd(16)}   lines   stating   recognised      wrong`,
      ...[...samples].map(([name, confusion]) => rowOf(name, confusion)),
      rowOf("all samples", all),
      "",
      ...[...vectors].map(([name, confusion]) => rowOf(name, confusion)),
      "",
      "Lines of all samples, by what they state (rows) and what the agent says (columns):",
      ...confusionTable(all),
    ],
  };
};

import { levelName } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { describe, expect, test } from "vitest";
import {
  confusionOfSamples,
  confusionOfVectors,
  LEAST_RECOGNISED,
  LevelConfusion,
  MOST_WRONG,
} from "../../../testkit/level-confusion.ts";
import { LEVEL_VECTORS } from "../../../testkit/log-level-vectors.ts";
import { LOG_SAMPLES } from "../../../testkit/log-samples.ts";
import { LevelTracker } from "./continuation.ts";

const samples = confusionOfSamples();

describe("[LOGS-13] levels of real systems, against their documented columns", () => {
  test.each(LOG_SAMPLES)(
    "%s: at least 98 % of the stated levels are recognised, none is taken for a continuation",
    (name) => {
      const confusion = samples.get(name) as LevelConfusion;
      expect(confusion.total).toBeGreaterThanOrEqual(1_900);
      expect(confusion.continued).toBe(0);
      expect(confusion.recognisedRatio, confusion.wrongLines.join("\n")).toBeGreaterThanOrEqual(LEAST_RECOGNISED);
    },
  );

  test("over all samples at most 0.1 % of the lines are given a level that they do not state", () => {
    const all = new LevelConfusion();
    for (const confusion of samples.values()) all.add(confusion);
    expect(all.stated).toBeGreaterThan(11_000);
    expect(all.wrongRatio, all.wrongLines.join("\n")).toBeLessThanOrEqual(MOST_WRONG);
  });

  test("the measure notices a detector that guesses", () => {
    const confusion = new LevelConfusion();
    for (let line = 0; line < 999; line++) confusion.count("info", "info", "");
    for (let line = 0; line < 2; line++) confusion.count("unknown", "error", "");
    confusion.count("warn", "unknown", "");
    expect(confusion).toMatchObject({ total: 1002, stated: 1000, recognised: 999, wrong: 2 });
    expect(confusion.wrongRatio).toBeGreaterThan(MOST_WRONG);
  });
});

describe("[LOGS-13] levels of formats without a sample", () => {
  test.each(Object.keys(LEVEL_VECTORS))("%s", (format) => {
    expect(confusionOfVectors().get(format)?.wrongLines).toEqual([]);
  });

  test("continuation lines carry their parent's level in every format that states one", () => {
    for (const [level, line] of Object.values(LEVEL_VECTORS).flat()) {
      if (level === "unknown") continue;
      const tracker = new LevelTracker();
      const classify = (text: string): number => tracker.classify(0, Buffer.from(text), 0, Buffer.byteLength(text));
      classify(line);
      const frame = classify("\tat com.example.Main.run(Main.java:12)");
      expect(frame & FLAG_CONTINUATION, line).not.toBe(0);
      expect(levelName(levelOfFlags(frame)), line).toBe(level);
    }
  });
});

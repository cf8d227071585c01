import { expect, test } from "vitest";
import { framesOf, ManualPort } from "../dev/log-samples.ts";
import type { FromLogWorker, LogQuery, ToLogWorker } from "../workers/log-messages.ts";
import { NEAR_BYTES, openNear } from "./near-decoding.ts";

/** A port whose worker answers when the test says so, and what has been answered. */
const open = () => {
  const worker = new ManualPort();
  const given: ToLogWorker[] = [];
  let workers = 0;
  const answers: string[] = [];
  const port = openNear((onAnswer, onBroken) => {
    workers += 1;
    const opened = worker.open(onAnswer, onBroken);
    return {
      ...opened,
      post: (message, transfer) => {
        given.push(message);
        opened.post(message, transfer);
      },
    };
  })(
    (answer) => answers.push(said(answer)),
    () => {},
  );
  const sendFrame = (firstSeq: number, text = "a line"): void => {
    for (const frame of framesOf(1, firstSeq, [{ text }])) port.post({ type: "frame", frame }, [frame]);
  };
  return { worker, given, answers, port, sendFrame, workers: () => workers };
};

const said = (answer: FromLogWorker): string => {
  switch (answer.type) {
    case "lines":
      return `lines ${answer.lines.firstSeq}${answer.matches === null ? "" : " searched"}`;
    case "mark":
      return `mark ${answer.id}`;
    default:
      return answer.type;
  }
};

const query: LogQuery = { id: 1, text: "line", isCaseSensitive: false, isRegex: false, excludes: [] };

test("small frames and marks are answered before post returns, without a worker", () => {
  const { answers, port, sendFrame, workers } = open();
  port.post({ type: "query", query: null }, []);
  sendFrame(0);
  port.post({ type: "mark", id: 7 }, []);
  sendFrame(1);
  expect(answers).toEqual(["lines 0", "mark 7", "lines 1"]);
  port.post({ type: "frame", frame: new Uint8Array([1, 1, 0, 0, 0, 9, 9]).buffer }, []);
  expect(answers.at(-1)).toBe("malformed");
  port.close();
  sendFrame(2);
  expect(answers).toHaveLength(4);
  expect(workers()).toBe(0);
});

test("what follows a large frame waits behind it; afterwards small ones are near again", () => {
  const { worker, answers, port, sendFrame, given } = open();
  const [large] = framesOf(
    1,
    0,
    Array.from({ length: 40 }, () => ({ text: "x".repeat(16_000) })),
  );
  expect(large?.byteLength).toBeGreaterThan(NEAR_BYTES);
  if (large !== undefined) port.post({ type: "frame", frame: large }, []);
  sendFrame(40);
  port.post({ type: "mark", id: 1 }, []);
  expect(answers).toEqual([]);
  worker.deliver(2);
  sendFrame(41);
  expect(answers).toEqual(["lines 0", "lines 40"]);
  worker.deliver();
  expect(answers).toEqual(["lines 0", "lines 40", "mark 1", "lines 41"]);
  sendFrame(42);
  expect(answers.at(-1)).toBe("lines 42");
  expect(given.filter(({ type }) => type === "frame")).toHaveLength(3);
});

test("while something is searched for, the worker decodes and searches; a refused pattern is no answer to a frame", () => {
  const { worker, answers, port, sendFrame } = open();
  port.post({ type: "query", query }, []);
  sendFrame(0);
  expect(answers).toEqual([]);
  worker.deliver();
  expect(answers).toEqual(["lines 0 searched"]);
  // Without its engine a regular expression is refused.
  port.post({ type: "query", query: { ...query, isRegex: true } }, []);
  worker.deliver();
  sendFrame(1);
  worker.deliver();
  expect(answers).toEqual(["lines 0 searched", "refused", "lines 1 searched"]);
  port.post({ type: "query", query: null }, []);
  sendFrame(2);
  expect(answers.at(-1)).toBe("lines 2");
});

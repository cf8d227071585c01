import { buffersOf, LogDecoding } from "./log-decoding.ts";
import type { ToLogWorker } from "./log-messages.ts";
import { loadRegex } from "./pattern.ts";

/** The worker's own thread: decoding and searching never hold up drawing. */

const decoding = new LogDecoding();
/** Messages that wait for the regular expression engine; `null` while nothing waits. */
let waiting: ToLogWorker[] | null = null;

const receive = (messages: readonly ToLogWorker[]): void => {
  const answers = messages.map((message) => decoding.receive(message)).filter((answer) => answer !== null);
  if (answers.length > 0) postMessage(answers, { transfer: answers.flatMap(buffersOf) });
};

/** Loads the engine, then catches up in order. Without the engine the pattern is refused, and all else goes on. */
const waitForRegex = async (first: readonly ToLogWorker[]): Promise<void> => {
  waiting = [...first];
  try {
    decoding.useRegex(await loadRegex());
  } catch {
    // `receive` refuses the pattern and says why.
  }
  const messages = waiting;
  waiting = null;
  receive(messages);
};

// Only the page that started this worker can talk to it.
addEventListener("message", ({ data: messages }: MessageEvent<readonly ToLogWorker[]>) => {
  if (waiting !== null) waiting.push(...messages);
  else if (messages.some((message) => decoding.needsRegex(message))) void waitForRegex(messages);
  else receive(messages);
});

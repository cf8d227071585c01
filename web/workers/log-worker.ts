import { buffersOf, LogDecoding } from "./log-decoding.ts";
import type { ToLogWorker } from "./log-messages.ts";
import { loadRegex } from "./pattern.ts";

/** The worker's own thread: decoding and searching never hold up drawing. */

const decoding = new LogDecoding();
/** Messages that wait for the regular expression engine; `null` while nothing waits. */
let waiting: ToLogWorker[] | null = null;

const receive = (message: ToLogWorker): void => {
  const answer = decoding.receive(message);
  if (answer !== null) postMessage(answer, { transfer: buffersOf(answer) });
};

/** Loads the engine, then catches up in order. Without the engine the pattern is refused, and all else goes on. */
const waitForRegex = async (first: ToLogWorker): Promise<void> => {
  waiting = [first];
  try {
    decoding.useRegex(await loadRegex());
  } catch {
    // `receive` refuses the pattern and says why.
  }
  const messages = waiting;
  waiting = null;
  for (const message of messages) receive(message);
};

// Only the page that started this worker can talk to it.
addEventListener("message", ({ data }: MessageEvent<ToLogWorker>) => {
  if (waiting !== null) waiting.push(data);
  else if (decoding.needsRegex(data)) void waitForRegex(data);
  else receive(data);
});

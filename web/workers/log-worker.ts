import { buffersOf, LogDecoding } from "./log-decoding.ts";
import type { ToLogWorker } from "./log-messages.ts";

/** The worker's own thread: decoding and searching never hold up drawing. */

const decoding = new LogDecoding();

// Only the page that started this worker can talk to it.
addEventListener("message", ({ data }: MessageEvent<ToLogWorker>) => {
  const answer = decoding.receive(data);
  if (answer !== null) postMessage(answer, { transfer: buffersOf(answer) });
});

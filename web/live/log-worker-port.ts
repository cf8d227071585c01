import type { FromLogWorker, ToLogWorker } from "../workers/log-messages.ts";
// oxlint-disable-next-line import/default -- the bundler makes the default export
import workerUrl from "../workers/log-worker.ts?worker&url";
import type { OpenLogDecoderPort } from "./log-decoder.ts";
import { openNear } from "./near-decoding.ts";
import { startWorker } from "./trusted-worker.ts";

/**
 * Messages that follow closely go together: the first at once, those of the next few milliseconds in one. A burst comes in hundreds of
 * frames per second, and each message between threads takes a tenth of a millisecond of both.
 */
const TOGETHER_MS = 4;

const openWorker: OpenLogDecoderPort = (onAnswer, onBroken) => {
  const worker = startWorker(workerUrl);
  let isClosed = false;
  let waiting: ToLogWorker[] = [];
  let buffers: ArrayBuffer[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  worker.onmessage = ({ data: answers }: MessageEvent<readonly FromLogWorker[]>) => {
    for (const answer of answers) if (!isClosed) onAnswer(answer);
  };
  worker.onerror = onBroken;
  worker.onmessageerror = onBroken;
  const send = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.length === 0) return;
    worker.postMessage(waiting, buffers);
    waiting = [];
    buffers = [];
    timer = setTimeout(send, TOGETHER_MS);
  };
  return {
    post: (message, transfer) => {
      waiting.push(message);
      buffers.push(...transfer);
      // Timers of a page that nobody sees may come a minute late.
      if (timer === null || document.visibilityState === "hidden") send();
    },
    close: () => {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      worker.terminate();
    },
  };
};

/** For each log that is read, a worker of its own as soon as one is needed. */
export const openLogWorkerPort: OpenLogDecoderPort = openNear(openWorker);

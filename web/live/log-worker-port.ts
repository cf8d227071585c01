import type { FromLogWorker } from "../workers/log-messages.ts";
// oxlint-disable-next-line import/default -- the bundler makes the default export
import workerUrl from "../workers/log-worker.ts?worker&url";
import type { OpenLogDecoderPort } from "./log-decoder.ts";
import { startWorker } from "./trusted-worker.ts";

/** A worker of its own for each log that is read. */
export const openLogWorkerPort: OpenLogDecoderPort = (onAnswer, onBroken) => {
  const worker = startWorker(workerUrl);
  worker.onmessage = ({ data }: MessageEvent<FromLogWorker>) => onAnswer(data);
  worker.onerror = onBroken;
  worker.onmessageerror = onBroken;
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    close: () => {
      worker.onmessage = null;
      worker.terminate();
    },
  };
};

import { LogDecoding } from "../workers/log-decoding.ts";
import type { FromLogWorker, ToLogWorker } from "../workers/log-messages.ts";
import type { LogDecoderPort, OpenLogDecoderPort } from "./log-decoder.ts";

/**
 * Decoding without a detour: a small frame is decoded where it arrives, in less time than it takes to hand it to a worker and back, and
 * its lines are there for the very next frame of the screen. Searching and large frames are the worker's, which is started for the
 * first of them.
 */

/** The lines that a log opens with are one such frame: some milliseconds at most, whatever they hold. */
export const NEAR_BYTES = 256 * 1024;

/** Answers come in the order of the messages, wherever they are made: behind one that the worker has, all others go there too. */
export const openNear =
  (openWorker: OpenLogDecoderPort): OpenLogDecoderPort =>
  (onAnswer, onBroken) => {
    const decoding = new LogDecoding();
    let worker: LogDecoderPort | null = null;
    /** What the worker has been asked and has not answered. */
    let unanswered = 0;
    let isSearching = false;
    let isClosed = false;
    const answered = (answer: FromLogWorker): void => {
      // The only answer to a message that has none as a rule.
      if (answer.type !== "refused") unanswered -= 1;
      onAnswer(answer);
    };
    const isNear = (message: ToLogWorker): boolean => {
      if (unanswered > 0) return false;
      if (message.type === "frame") return !isSearching && message.frame.byteLength <= NEAR_BYTES;
      return message.type === "mark" || (message.type === "query" && worker === null && message.query === null);
    };
    return {
      post: (message, transfer) => {
        if (isClosed) return;
        if (isNear(message)) {
          const answer = decoding.receive(message);
          if (answer !== null) onAnswer(answer);
          return;
        }
        if (message.type === "query") isSearching = message.query !== null;
        else unanswered += 1;
        worker ??= openWorker(answered, onBroken);
        worker.post(message, transfer);
      },
      close: () => {
        isClosed = true;
        worker?.close();
      },
    };
  };

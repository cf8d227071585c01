import { stampNs } from "./line-tail.ts";
import type { LogContainer, LogSource, MessageReader } from "../log-source.ts";

/**
 * Asks a source for the stamp of the newest message that is stored, ns since the epoch, beside whatever else is being read.
 * `answer` is called at most once: `null` where the log is empty, and not at all where it cannot be read at the moment.
 * Returns the function that gives the question up.
 */
export const askNewestStamp = (
  source: LogSource,
  container: LogContainer,
  answer: (newestNs: bigint | null) => void,
): (() => void) => {
  let newestNs: bigint | null = null;
  const reader: MessageReader = {
    message: (_stream, seconds, nanos) => {
      newestNs = stampNs(seconds, nanos);
    },
    missing: () => {},
    readEnd: () => {},
    ended: (end) => {
      if (end.kind === "complete") answer(newestNs);
    },
  };
  const log = source.open({ container, from: { kind: "tail", messages: 1 }, extent: "stored" }, reader);
  return () => log.close();
};

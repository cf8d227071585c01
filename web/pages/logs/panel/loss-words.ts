import type { NdjsonLoss } from "@yardarm/protocol/api/log-line";
import { nsFromInstant, parseRfc3339 } from "@yardarm/protocol/time";
import { lossText } from "../../log/line/notes.ts";

/** What is missing between two stored lines, in the words of the log view. */
export const lossWords = ({ reason, fromTs, toTs, lines }: NdjsonLoss["loss"]): string =>
  lossText({ reason, fromTsNs: nsText(fromTs), toTsNs: nsText(toTs), ...(lines === null ? {} : { lines }) });

const nsText = (ts: string): string => {
  const instant = parseRfc3339(ts);
  return instant === undefined ? "0" : nsFromInstant(instant).toString();
};

import { useEffect, useRef, useState } from "react";
import { formatPlural } from "../../format/percent.ts";
import type { Arrived } from "../../live/arrivals.ts";
import type { LogReader } from "./log-reader.ts";

const EVERY_MS = 5_000;

/** What came in the meantime: `54 new lines, 2 errors`; nothing when nothing came. */
export const arrivedText = (before: Arrived, now: Arrived): string => {
  const lines = now.lines - before.lines;
  const errors = now.errors - before.errors;
  if (lines <= 0) return "";
  return `${formatPlural(lines, "new line")}${errors > 0 ? `, ${formatPlural(errors, "error")}` : ""}`;
};

/** Says every few seconds how much has come; the log itself is too fast to be read aloud. `said` is spoken at once. */
export const SpokenSummary = ({ reader, isOn, said }: Readonly<{ reader: LogReader; isOn: boolean; said: string }>) => {
  const [text, setText] = useState("");
  const before = useRef<Arrived>(reader.arrived);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => {
      setText(arrivedText(before.current, reader.arrived));
      before.current = reader.arrived;
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [reader, isOn]);
  return (
    <>
      <p aria-live="polite" className="only-read-aloud">
        {isOn ? text : ""}
      </p>
      <p aria-live="polite" className="only-read-aloud">
        {said}
      </p>
    </>
  );
};

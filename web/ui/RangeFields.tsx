import { useState } from "react";
import { formatMoment } from "../format/time.ts";
import { parseMoment } from "../format/typed-moment.ts";
import { TextField } from "./Field.tsx";

/** From one moment (inclusive) to another (exclusive), ms since the epoch; open where one is missing. */
export type TypedRange = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

export type RangeTyping = {
  readonly from: string;
  readonly to: string;
  /** What is wrong, once somebody has asked for the range. */
  readonly fromError: string | null;
  readonly toError: string | null;
  readonly setFrom: (text: string) => void;
  readonly setTo: (text: string) => void;
  /** The range that is typed; `null` where it is none, which is said from then on. */
  readonly read: () => TypedRange | null;
};

const UNREADABLE = "This is no moment. Type a time, a date and a time, or an age such as 15m.";

/** A range as people type it, in this browser's time. */
export const useRangeTyping = (range: TypedRange, nowMs: number): RangeTyping => {
  const [from, setFrom] = useState(() => written(range.fromMs));
  const [to, setTo] = useState(() => written(range.toMs));
  const [isChecked, setChecked] = useState(false);
  const [fromMs, toMs] = [from, to].map((text) => (text.trim() === "" ? undefined : parseMoment(text, nowMs)));
  const isReversed = typeof fromMs === "number" && typeof toMs === "number" && fromMs >= toMs;
  return {
    ...{ from, to, setFrom, setTo },
    fromError: isChecked && fromMs === null ? UNREADABLE : null,
    toError: isChecked && toMs === null ? UNREADABLE : isChecked && isReversed ? "This is not after From." : null,
    read: () => {
      setChecked(true);
      return fromMs === null || toMs === null || isReversed ? null : { fromMs, toMs };
    },
  };
};

const written = (atMs: number | undefined): string => (atMs === undefined ? "" : formatMoment(atMs));

export const RangeFields = ({ typing }: { readonly typing: RangeTyping }) => (
  <>
    <TextField
      label="From"
      hint="14:02, 2026-11-21 14:02:10, or 15m for so long ago"
      autoComplete="off"
      maxLength={40}
      value={typing.from}
      error={typing.fromError}
      onChange={(event) => typing.setFrom(event.target.value)}
    />
    <TextField
      label="To"
      autoComplete="off"
      maxLength={40}
      value={typing.to}
      error={typing.toError}
      onChange={(event) => typing.setTo(event.target.value)}
    />
  </>
);

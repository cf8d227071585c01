import { LOG_QUERY_CHARACTERS } from "@yardarm/protocol/api/logs";
import { clsx } from "clsx";
import { CalendarClock, Regex, Search } from "lucide-react";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Button, IconButton } from "../../ui/Button.tsx";
import { Select } from "../../ui/Select.tsx";
import { useHotkeys } from "../use-hotkeys.ts";
import { SINCE_CHOICES, type Since, type StoredParams } from "./logs-address.ts";
import { RangeDialog } from "./RangeDialog.tsx";
import { isAbsolute, rangeWords } from "./stored-range.ts";

export type StoredFormProps = {
  readonly params: StoredParams;
  readonly isRunning: boolean;
  /** Why the hub cannot understand the pattern. */
  readonly problem: string | null;
  readonly nowMs: number;
  /** Another search. */
  readonly onParams: (params: StoredParams) => void;
  /** The same search once more. */
  readonly onAgain: () => void;
  readonly onStop: () => void;
  /** Back to the hits. */
  readonly onLeave: () => void;
};

const EVER = "ever";
const CUSTOM = "custom" as const;
const SINCE_WORDS: Readonly<Record<Since, string>> = {
  "15m": "last 15 minutes",
  "1h": "last hour",
  "6h": "last 6 hours",
  "24h": "last 24 hours",
  "7d": "last 7 days",
};
const SINCE_OPTIONS = [
  ...SINCE_CHOICES.map((value) => ({ value, label: SINCE_WORDS[value] })),
  { value: EVER, label: "everything" },
] as const;

const ALL = "all";
const LEVEL_OPTIONS = [
  { value: ALL, label: "all" },
  { value: "warn,error,fatal", label: "warnings and errors" },
  { value: "error,fatal", label: "errors" },
] as const;

/** What is looked for in stored lines: text, time, levels. Text is searched for when it is sent; a choice acts at once. */
export const StoredForm = (props: StoredFormProps) => {
  const { params, isRunning, problem, nowMs, onParams, onAgain, onStop, onLeave } = props;
  const { find = "", pattern = false, since, from, to, levels } = params;
  const [text, setText] = useState(find);
  useEffect(() => setText(find), [find]);
  const [isChoosing, setChoosing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();
  useHotkeys({ "/": () => field.current?.focus() });
  const range = { since, fromMs: from, toMs: to };
  const change = (changes: { readonly [Name in keyof StoredParams]: StoredParams[Name] | undefined }): void => {
    const next = { ...params, find: text === "" ? undefined : text, ...changes };
    onParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text === find) onAgain();
    else change({});
  };
  const custom = isAbsolute(range) ? [{ value: CUSTOM, label: rangeWords(range, nowMs) }] : [];
  // Levels that were chosen in the live view.
  const isChosen = levels !== undefined && levels !== "none" && !LEVEL_OPTIONS.some(({ value }) => value === levels);
  const levelOptions = isChosen
    ? [...LEVEL_OPTIONS, { value: levels, label: levels.replaceAll(",", ", ") }]
    : LEVEL_OPTIONS;
  const isProblem = problem !== null && text === find;
  return (
    <>
      <form
        role="search"
        onSubmit={submit}
        className="flex shrink-0 flex-wrap items-center gap-1 border-line border-b px-3 py-1 phone:gap-2 phone:py-2"
      >
        <div
          className={clsx(
            "relative flex h-8 min-w-40 flex-1 items-center rounded-control border bg-page pl-2 focus-within:outline-2 focus-within:outline-accent",
            isProblem ? "border-danger" : "border-control",
          )}
        >
          <Search className="size-4 shrink-0 text-muted" aria-hidden="true" />
          <input
            ref={field}
            type="text"
            aria-label="Search stored lines"
            aria-invalid={isProblem}
            aria-describedby={isProblem ? problemId : undefined}
            placeholder={pattern ? "Regular expression" : "Text of a line"}
            maxLength={LOG_QUERY_CHARACTERS}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                event.preventDefault();
                // What was asked is what the hits are of.
                setText(find);
                onLeave();
              }
              // While a search runs no button of the form sends it, and then the browser would not do so either.
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }}
            autoComplete="off"
            spellCheck={false}
            className="h-full min-w-0 flex-1 bg-transparent px-2 font-mono text-log text-text outline-none"
          />
          {isProblem ? (
            <p
              id={problemId}
              role="alert"
              className="absolute top-full left-0 z-20 mt-1 w-max max-w-[min(480px,90vw)] rounded-control border border-danger bg-surface px-2 py-1 text-danger text-meta shadow-layer"
            >
              {problem}
            </p>
          ) : null}
          <IconButton
            label="Regular expression"
            aria-pressed={pattern}
            className="size-7! shrink-0 aria-pressed:bg-raised aria-pressed:text-accent"
            onClick={() => change({ pattern: pattern ? undefined : true })}
            icon={<Regex className="size-4" aria-hidden="true" />}
          />
        </div>
        {isRunning ? (
          <Button className="w-20" onClick={onStop}>
            Stop
          </Button>
        ) : (
          <Button type="submit" look="primary" className="w-20">
            Search
          </Button>
        )}
        <div className="flex items-center gap-1">
          <Select
            label="Range"
            value={isAbsolute(range) ? CUSTOM : (since ?? EVER)}
            options={[...SINCE_OPTIONS, ...custom]}
            onChange={(choice: Since | typeof EVER | typeof CUSTOM) => {
              if (choice === CUSTOM) return;
              change({ since: choice === EVER ? undefined : choice, from: undefined, to: undefined });
            }}
          />
          <IconButton
            label="Range: from … to …"
            onClick={() => setChoosing(true)}
            icon={<CalendarClock className="size-4" aria-hidden="true" />}
          />
        </div>
        <Select
          label="Level"
          value={levelOptions.some(({ value }) => value === levels) ? (levels ?? ALL) : ALL}
          options={levelOptions}
          onChange={(choice: string) => change({ levels: choice === ALL ? undefined : choice })}
        />
      </form>
      {/* Not inside: its own form would send this one as well. */}
      {isChoosing ? (
        <RangeDialog
          range={range}
          nowMs={nowMs}
          onChange={({ fromMs, toMs }) => change({ since: undefined, from: fromMs, to: toMs })}
          onClose={() => setChoosing(false)}
        />
      ) : null}
    </>
  );
};

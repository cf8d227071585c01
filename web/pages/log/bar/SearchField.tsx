import { clsx } from "clsx";
import { CaseSensitive, ChevronDown, ChevronUp, ListFilter, Regex, Search as SearchIcon, X } from "lucide-react";
import { type KeyboardEvent, type RefCallback, useRef } from "react";
import { formatCount } from "../../../format/percent.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { useEscapeIn } from "../../use-escape-in.ts";
import type { Search } from "./search.ts";

export type SearchFieldProps = {
  readonly fieldRef: RefCallback<HTMLInputElement>;
  readonly search: Search;
  /** Lines that match, among those shown; which of them is the current one. */
  readonly matchCount: number;
  readonly matchPosition: number | null;
  readonly isSearching: boolean;
  /** Why the pattern cannot be understood. */
  readonly problem: string | null;
  readonly onChange: (search: Search) => void;
  readonly onJump: (direction: "forward" | "backward") => void;
  /** Back to the lines. */
  readonly onLeave: () => void;
};

const ICON = "size-4";
/** Left out where there is little room. */
const ROOMY = "hidden! @min-[480px]:inline-flex!";
const SMALL = "size-7! shrink-0 aria-pressed:bg-raised aria-pressed:text-accent";

export const SearchField = ({
  fieldRef,
  search,
  matchCount,
  matchPosition,
  isSearching,
  problem,
  onChange,
  onJump,
  onLeave,
}: SearchFieldProps) => {
  const isEmpty = search.text === "";
  const box = useRef<HTMLElement>(null);
  const clear = (): void => {
    onChange({ ...search, text: "" });
    // The button that was pressed goes, and the next thing is another text.
    box.current?.querySelector("input")?.focus();
  };
  // Ends the search, and leads back to the lines; also from the switches.
  useEscapeIn(box, true, () => {
    if (!isEmpty) onChange({ ...search, text: "" });
    onLeave();
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    onJump(event.shiftKey ? "backward" : "forward");
  };
  // What is on is seen also where there is little room, and before there is anything to look for.
  const roomyUnless = (isOn: boolean): string => clsx(SMALL, isOn ? null : ROOMY);
  return (
    <search
      ref={box}
      className={clsx(
        "relative flex h-8 min-w-0 flex-1 items-center rounded-control border bg-page pl-2 focus-within:outline-2 focus-within:outline-accent",
        problem === null ? "border-control" : "border-danger",
      )}
    >
      <SearchIcon className={`${ICON} shrink-0 text-muted`} aria-hidden="true" />
      <input
        ref={fieldRef}
        type="text"
        aria-label="Search in this log"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : PROBLEM_ID}
        placeholder={search.isRegex ? "Regular expression" : "Search"}
        value={search.text}
        onChange={(event) => onChange({ ...search, text: event.target.value })}
        onKeyDown={onKeyDown}
        autoComplete="off"
        spellCheck={false}
        className="h-full min-w-0 flex-1 bg-transparent px-2 font-mono text-log text-text outline-none"
      />
      <output className="tabular shrink-0 whitespace-nowrap px-1 text-meta text-muted">
        {isEmpty || problem !== null ? "" : countText(matchCount, matchPosition, isSearching)}
      </output>
      {problem === null ? null : (
        <p
          id={PROBLEM_ID}
          role="alert"
          className="absolute top-full left-0 z-20 mt-1 w-max max-w-[min(480px,90vw)] rounded-control border border-danger bg-surface px-2 py-1 text-danger text-meta shadow-layer"
        >
          {problemText(problem)}
        </p>
      )}
      <IconButton
        label="Regular expression"
        className={roomyUnless(!isEmpty || search.isRegex)}
        aria-pressed={search.isRegex}
        onClick={() => onChange({ ...search, isRegex: !search.isRegex })}
        icon={<Regex className={ICON} aria-hidden="true" />}
      />
      <IconButton
        label="Match case"
        className={roomyUnless(search.isCaseSensitive)}
        aria-pressed={search.isCaseSensitive}
        onClick={() => onChange({ ...search, isCaseSensitive: !search.isCaseSensitive })}
        icon={<CaseSensitive className={ICON} aria-hidden="true" />}
      />
      <IconButton
        label="Show only lines that match"
        className={roomyUnless(!isEmpty || search.onlyMatches)}
        aria-pressed={search.onlyMatches}
        onClick={() => onChange({ ...search, onlyMatches: !search.onlyMatches })}
        icon={<ListFilter className={ICON} aria-hidden="true" />}
      />
      {isEmpty ? null : (
        <>
          <IconButton
            label="Previous match"
            className={SMALL}
            onClick={() => onJump("backward")}
            icon={<ChevronUp className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label="Next match"
            className={SMALL}
            onClick={() => onJump("forward")}
            icon={<ChevronDown className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label="Clear the search"
            className={clsx(SMALL, ROOMY)}
            onClick={clear}
            icon={<X className={ICON} aria-hidden="true" />}
          />
        </>
      )}
    </search>
  );
};

const PROBLEM_ID = "yd-search-problem";

/** The engine's own words, made a sentence. */
const problemText = (problem: string): string =>
  `Not a valid regular expression: ${problem.replace(/^error parsing regexp:\s*/i, "").replace("(?i)", "")}`;

/** `3 of 41`, `41`, `none`. */
const countText = (matchCount: number, matchPosition: number | null, isSearching: boolean): string => {
  if (isSearching && matchCount === 0) return "…";
  if (matchCount === 0) return "none";
  return matchPosition === null
    ? formatCount(matchCount)
    : `${formatCount(matchPosition)} of ${formatCount(matchCount)}`;
};

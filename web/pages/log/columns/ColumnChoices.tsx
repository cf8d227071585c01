import { Menu } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import { useState } from "react";
import { formatCount, formatPlural } from "../../../format/percent.ts";
import { visibleText } from "../line/visible-text.ts";
import { type Column, FULL_WORDS, MOST_COLUMNS } from "./columns.ts";
import type { FieldCounts } from "./field-counts.ts";

export type ColumnChoicesProps = {
  readonly columns: readonly Column[];
  readonly countFields: () => FieldCounts;
  readonly onToggle: (key: string) => void;
};

/** Rarer ones are chosen in the details of a line that has them. */
const MOST_SHOWN = 30;

/** Fields of the lines to choose columns from: those chosen first. Counted once, so that nothing moves while somebody chooses. */
export const ColumnChoices = ({ columns, countFields, onToggle }: ColumnChoicesProps) => {
  const [counts] = useState(countFields);
  const [first] = useState(() => columns.map(({ key }) => key));
  const linesOf = new Map(counts.fields.map(({ key, lines }) => [key, lines]));
  const others = counts.fields.map(({ key }) => key).filter((key) => !first.includes(key));
  const chosen = new Set(columns.map(({ key }) => key));
  const isFull = columns.length >= MOST_COLUMNS;
  return (
    <Menu.Group>
      <Menu.GroupLabel className="max-w-64 px-2 pt-1 text-meta text-muted">
        {counts.lines === 0
          ? "No line here has fields: JSON, logfmt and klog have."
          : `In the newest ${formatPlural(counts.lines, "line")} with fields`}
      </Menu.GroupLabel>
      {isFull ? <p className="max-w-64 px-2 text-meta text-muted">{FULL_WORDS}</p> : null}
      {[...first, ...others].slice(0, Math.max(MOST_SHOWN, first.length)).map((key) => {
        const isOff = isFull && !chosen.has(key);
        return (
          <Menu.CheckboxItem
            key={key}
            checked={chosen.has(key)}
            closeOnClick={false}
            aria-disabled={isOff || undefined}
            onCheckedChange={() => {
              if (!isOff) onToggle(key);
            }}
            className="flex min-h-8 items-center gap-2 rounded-control px-2 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2 aria-disabled:text-muted"
          >
            <span className="flex size-4 shrink-0 items-center justify-center rounded-control border border-control">
              <Menu.CheckboxItemIndicator>
                <Check className="size-3.5 text-accent" aria-hidden="true" />
              </Menu.CheckboxItemIndicator>
            </span>
            <span className="min-w-0 flex-1 truncate font-mono">{visibleText(key)}</span>
            <span className="tabular shrink-0 text-right text-muted">{formatCount(linesOf.get(key) ?? 0)}</span>
          </Menu.CheckboxItem>
        );
      })}
    </Menu.Group>
  );
};

import { Columns3, Copy, Filter, FilterX } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { stripEscapes } from "../../../format/escape-sequences.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { type FieldValue, fieldText, type LineField, structureOf } from "../../../workers/line-shape.ts";
import { type Column, canBeColumn, FULL_WORDS, MOST_COLUMNS } from "../columns/columns.ts";
import { visibleText } from "../line/visible-text.ts";
import { fieldFragment } from "./field-fragment.ts";

/** What can be done with a value of a line. */
export interface ValueActions {
  filterBy(text: string): void;
  exclude(text: string): void;
  copyText(text: string): void;
  /** Why lines cannot be left out here. */
  readonly noExcluding?: string | undefined;
}

/** Which fields have columns beside the lines, and what changes that. */
export type ColumnChoice = {
  readonly columns: readonly Column[];
  readonly toggle: (key: string) => void;
};

export type LineFieldsProps = {
  /** As the container wrote it. */
  readonly text: string;
  /** A shape of `workers/line-shape.ts`. */
  readonly shape: number;
  readonly actions: ValueActions;
  /** Absent where the lines have no columns. */
  readonly choice?: ColumnChoice | undefined;
};

const ICON = "size-4";
const SMALL = "size-6! shrink-0";
/** Of the text; the row itself shows all of it when asked to. */
const SHOWN_CHARACTERS = 16_384;

/** The fields of a line as a tree, or its text; every value can be filtered for, left out, copied. */
export const LineFields = ({ text, shape, actions, choice }: LineFieldsProps) => {
  const fields = useRef<HTMLDivElement>(null);
  useValueClicks(fields, actions);
  const structure = structureOf(text, shape);
  const line = { text, shape };
  return (
    <div ref={fields}>
      {structure === null ? (
        <p className="whitespace-pre-wrap break-all">{visibleText(stripEscapes(text).slice(0, SHOWN_CHARACTERS))}</p>
      ) : (
        <>
          {structure.message === "" ? null : (
            <FieldRow field={{ key: "message", value: structure.message }} line={line} actions={actions} />
          )}
          {structure.fields.map((field, position) => (
            // A line may name a field twice.
            <FieldRow
              key={`${field.key} ${position}`}
              field={field}
              line={line}
              path={field.key}
              actions={actions}
              choice={choice}
            />
          ))}
        </>
      )}
    </div>
  );
};

/** A click on a value filters to it, with Alt it leaves such lines out; whoever selects its text wants neither. The buttons do the same. */
const useValueClicks = (fields: RefObject<HTMLElement | null>, actions: ValueActions): void => {
  useEffect(() => {
    const onClick = ({ target, altKey }: MouseEvent): void => {
      const data = target instanceof Element ? target.closest<HTMLElement>("[data-value]")?.dataset : undefined;
      if (data?.value === undefined || document.getSelection()?.isCollapsed === false) return;
      if (!altKey) actions.filterBy(data.value);
      else if (actions.noExcluding === undefined) actions.exclude(data.fragment ?? data.value);
    };
    const element = fields.current;
    element?.addEventListener("click", onClick);
    return () => element?.removeEventListener("click", onClick);
  }, [fields, actions]);
};

type FieldProps = {
  readonly field: LineField;
  readonly line: Pick<LineFieldsProps, "text" | "shape">;
  /** Its name with those of what it is inside of; absent for the message, which is no field. */
  readonly path?: string;
  readonly actions: ValueActions;
  readonly choice?: ColumnChoice | undefined;
};

const FieldRow = ({ field: { key, value }, line, path, actions, choice }: FieldProps) => {
  const entries = entriesOf(value);
  if (entries !== null) {
    return (
      <details open className="pl-4">
        <summary className="-ml-4 min-h-6 cursor-default">
          <span className="text-muted">{visibleText(key)}</span>
        </summary>
        {entries.map((entry) => (
          <FieldRow
            key={entry.key}
            field={entry}
            line={line}
            path={`${path}.${entry.key}`}
            actions={actions}
            choice={choice}
          />
        ))}
      </details>
    );
  }
  const text = fieldText(value);
  // What is left out is said as it is: every 1 would be too much.
  const fragment = fieldFragment(line.text, line.shape, path, value);
  return (
    <div className="group flex min-h-6 items-start gap-2">
      <span className="w-40 shrink-0 truncate text-muted" title={key}>
        {visibleText(key)}
      </span>
      <span
        className="min-w-0 flex-1 whitespace-pre-wrap break-all decoration-dotted hover:underline"
        data-value={text === "" ? undefined : text}
        data-fragment={fragment}
        title="Click: only lines with it. Alt and click: no lines with it."
      >
        {visibleText(text)}
      </span>
      {text === "" ? null : (
        <span className="flex shrink-0">
          {path === undefined || choice === undefined ? null : <ColumnToggle path={path} choice={choice} />}
          <IconButton
            label={`Only lines with ${text}`}
            className={SMALL}
            onClick={() => actions.filterBy(text)}
            icon={<Filter className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label={`No lines with ${fragment.trim()}`}
            className={SMALL}
            disabledReason={actions.noExcluding ?? null}
            onClick={() => actions.exclude(fragment)}
            icon={<FilterX className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label={`Copy ${key}`}
            className={SMALL}
            onClick={() => actions.copyText(text)}
            icon={<Copy className={ICON} aria-hidden="true" />}
          />
        </span>
      )}
    </div>
  );
};

const ColumnToggle = ({
  path,
  choice: { columns, toggle },
}: {
  readonly path: string;
  readonly choice: ColumnChoice;
}) => {
  if (!canBeColumn(path)) return null;
  const isShown = columns.some(({ key }) => key === path);
  return (
    <IconButton
      label={isShown ? `Remove the column ${path}` : `Show ${path} as column`}
      className={`${SMALL} aria-pressed:text-accent`}
      aria-pressed={isShown}
      disabledReason={!isShown && columns.length >= MOST_COLUMNS ? FULL_WORDS : null}
      onClick={() => toggle(path)}
      icon={<Columns3 className={ICON} aria-hidden="true" />}
    />
  );
};

/** What an object or array holds; `null` for a value that is none, or is empty. */
const entriesOf = (value: FieldValue): readonly LineField[] | null => {
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value).map(([key, inner]) => ({ key, value: inner as FieldValue }));
  return entries.length === 0 ? null : entries;
};

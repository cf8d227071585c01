import { Copy, Filter, FilterX } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { stripEscapes } from "../../../format/escape-sequences.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { type FieldValue, fieldText, type LineField, structureOf } from "../../../workers/line-shape.ts";
import { visibleText } from "../line/visible-text.ts";

/** What can be done with a value of a line. */
export interface ValueActions {
  filterBy(text: string): void;
  exclude(text: string): void;
  copyText(text: string): void;
  /** Why lines cannot be left out here. */
  readonly noExcluding?: string | undefined;
}

export type LineFieldsProps = {
  /** As the container wrote it. */
  readonly text: string;
  /** A shape of `workers/line-shape.ts`. */
  readonly shape: number;
  readonly actions: ValueActions;
};

const ICON = "size-4";
const SMALL = "size-6! shrink-0";
/** Of the text; the row itself shows all of it when asked to. */
const SHOWN_CHARACTERS = 16_384;

/** The fields of a line as a tree, or its text; every value can be filtered for, left out, copied. */
export const LineFields = ({ text, shape, actions }: LineFieldsProps) => {
  const fields = useRef<HTMLDivElement>(null);
  useValueClicks(fields, actions);
  const structure = structureOf(text, shape);
  return (
    <div ref={fields}>
      {structure === null ? (
        <p className="whitespace-pre-wrap break-all">{visibleText(stripEscapes(text).slice(0, SHOWN_CHARACTERS))}</p>
      ) : (
        <>
          {structure.message === "" ? null : (
            <FieldRow field={{ key: "message", value: structure.message }} actions={actions} />
          )}
          {structure.fields.map((field, position) => (
            // A line may name a field twice.
            <FieldRow key={`${field.key} ${position}`} field={field} actions={actions} />
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
      const value = target instanceof Element ? target.closest<HTMLElement>("[data-value]")?.dataset.value : undefined;
      if (value === undefined || document.getSelection()?.isCollapsed === false) return;
      if (!altKey) actions.filterBy(value);
      else if (actions.noExcluding === undefined) actions.exclude(value);
    };
    const element = fields.current;
    element?.addEventListener("click", onClick);
    return () => element?.removeEventListener("click", onClick);
  }, [fields, actions]);
};

type FieldProps = { readonly field: LineField; readonly actions: ValueActions };

const FieldRow = ({ field: { key, value }, actions }: FieldProps) => {
  const entries = entriesOf(value);
  if (entries !== null) {
    return (
      <details open className="pl-4">
        <summary className="-ml-4 min-h-6 cursor-default">
          <span className="text-muted">{visibleText(key)}</span>
        </summary>
        {entries.map((entry) => (
          <FieldRow key={entry.key} field={entry} actions={actions} />
        ))}
      </details>
    );
  }
  const text = fieldText(value);
  return (
    <div className="group flex min-h-6 items-start gap-2">
      <span className="w-40 shrink-0 truncate text-muted" title={key}>
        {visibleText(key)}
      </span>
      <span
        className="min-w-0 flex-1 whitespace-pre-wrap break-all decoration-dotted hover:underline"
        data-value={text === "" ? undefined : text}
        title="Click: only lines with it. Alt and click: no lines with it."
      >
        {visibleText(text)}
      </span>
      {text === "" ? null : (
        <span className="flex shrink-0">
          <IconButton
            label={`Only lines with ${text}`}
            className={SMALL}
            onClick={() => actions.filterBy(text)}
            icon={<Filter className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label={`No lines with ${text}`}
            className={SMALL}
            disabledReason={actions.noExcluding ?? null}
            onClick={() => actions.exclude(text)}
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

/** What an object or array holds; `null` for a value that is none, or is empty. */
const entriesOf = (value: FieldValue): readonly LineField[] | null => {
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value).map(([key, inner]) => ({ key, value: inner as FieldValue }));
  return entries.length === 0 ? null : entries;
};

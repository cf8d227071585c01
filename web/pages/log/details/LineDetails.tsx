import { levelName } from "@yardarm/protocol/log/level";
import { levelOfFlags, STREAM_NAMES, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { Copy, Filter, FilterX, Link as LinkIcon, X } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { stripEscapes } from "../../../format/escape-sequences.ts";
import { formatCount } from "../../../format/percent.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { type FieldValue, fieldText, type LineField, SHAPE_NAMES, structureOf } from "../../../workers/line-shape.ts";
import { lineTokens } from "../line/line-tokens.ts";
import type { LogCommands } from "../log-commands.ts";
import type { LineRow } from "../rows/row-list.ts";

export type LineDetailsProps = {
  readonly line: Pick<LineRow, "seq" | "chunk" | "index">;
  readonly commands: LogCommands;
};

const ICON = "size-4";
const SMALL = "size-6! shrink-0";
/** Of the text; the row itself shows all of it when asked to. */
const SHOWN_CHARACTERS = 16_384;

/** One line taken apart: its fields as a tree, or its text; every value can be filtered for, left out, copied. */
export const LineDetails = ({ line, commands }: LineDetailsProps) => {
  const { chunk, index, seq } = line;
  const flags = chunk.flags(index);
  const text = chunk.lineText(index);
  const structure = structureOf(text, chunk.shape(index));
  const plain = stripEscapes(text);
  const fields = useRef<HTMLDivElement>(null);
  useValueClicks(fields, commands);
  return (
    <section
      aria-label="Details of the line"
      className="flex max-h-[45%] min-h-32 shrink-0 flex-col border-line border-t bg-surface"
    >
      <div className="flex h-9 shrink-0 items-center gap-3 border-line border-b px-2">
        <h2 className="tabular min-w-0 truncate font-medium">Line {formatCount(seq)}</h2>
        <p className="tabular min-w-0 flex-1 truncate font-mono text-meta text-muted">
          {rfc3339FromNs(chunk.stampNs(index))} · {STREAM_NAMES[streamOfFlags(flags)]} ·{" "}
          {levelName(levelOfFlags(flags))} · {SHAPE_NAMES[chunk.shape(index)]}
        </p>
        <IconButton
          label="Copy the line"
          className="size-7! shrink-0"
          onClick={() => commands.copyText(plain)}
          icon={<Copy className={ICON} aria-hidden="true" />}
        />
        <IconButton
          label="Copy link to the line"
          className="size-7! shrink-0"
          onClick={() => commands.copyLink()}
          icon={<LinkIcon className={ICON} aria-hidden="true" />}
        />
        <IconButton
          label="Close the details"
          className="size-7! shrink-0"
          onClick={() => commands.closeDetails()}
          icon={<X className={ICON} aria-hidden="true" />}
        />
      </div>
      <div
        ref={fields}
        role="region"
        aria-label="Fields"
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto p-2 font-mono text-base text-text"
      >
        {structure === null ? (
          <p className="whitespace-pre-wrap break-all">{visible(plain.slice(0, SHOWN_CHARACTERS))}</p>
        ) : (
          <div>
            {structure.message === "" ? null : (
              <FieldRow field={{ key: "message", value: structure.message }} commands={commands} />
            )}
            {structure.fields.map((field, position) => (
              // A line may name a field twice.
              <FieldRow key={`${field.key} ${position}`} field={field} commands={commands} />
            ))}
          </div>
        )}
      </div>
    </section>
  );
};

/** A click on a value filters to it, with Alt it leaves such lines out; whoever selects its text wants neither. The buttons do the same. */
const useValueClicks = (fields: RefObject<HTMLElement | null>, commands: LogCommands): void => {
  useEffect(() => {
    const onClick = ({ target, altKey }: MouseEvent): void => {
      const value = target instanceof Element ? target.closest<HTMLElement>("[data-value]")?.dataset.value : undefined;
      if (value === undefined || document.getSelection()?.isCollapsed === false) return;
      if (altKey) commands.exclude(value);
      else commands.filterBy(value);
    };
    const element = fields.current;
    element?.addEventListener("click", onClick);
    return () => element?.removeEventListener("click", onClick);
  }, [fields, commands]);
};

/** Control characters made visible, as in the rows. */
const visible = (text: string): string =>
  lineTokens(text)
    .map((token) => (token.className?.includes("yd-caret") === true ? `^${token.text}` : token.text))
    .join("");

type FieldProps = { readonly field: LineField; readonly commands: LogCommands };

const FieldRow = ({ field: { key, value }, commands }: FieldProps) => {
  const entries = entriesOf(value);
  if (entries !== null) {
    return (
      <details open className="pl-4">
        <summary className="-ml-4 min-h-6 cursor-default">
          <span className="text-muted">{visible(key)}</span>
        </summary>
        {entries.map((entry) => (
          <FieldRow key={entry.key} field={entry} commands={commands} />
        ))}
      </details>
    );
  }
  const text = fieldText(value);
  return (
    <div className="group flex min-h-6 items-start gap-2">
      <span className="w-40 shrink-0 truncate text-muted" title={key}>
        {visible(key)}
      </span>
      <span
        className="min-w-0 flex-1 whitespace-pre-wrap break-all decoration-dotted hover:underline"
        data-value={text === "" ? undefined : text}
        title="Click: only lines with it. Alt and click: no lines with it."
      >
        {visible(text)}
      </span>
      {text === "" ? null : (
        <span className="flex shrink-0">
          <IconButton
            label={`Only lines with ${text}`}
            className={SMALL}
            onClick={() => commands.filterBy(text)}
            icon={<Filter className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label={`No lines with ${text}`}
            className={SMALL}
            onClick={() => commands.exclude(text)}
            icon={<FilterX className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label={`Copy ${key}`}
            className={SMALL}
            onClick={() => commands.copyText(text)}
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

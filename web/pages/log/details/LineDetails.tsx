import { levelName } from "@yardarm/protocol/log/level";
import { levelOfFlags, STREAM_NAMES, streamOfFlags } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { Copy, Link as LinkIcon, X } from "lucide-react";
import { stripEscapes } from "../../../format/escape-sequences.ts";
import { formatCount } from "../../../format/percent.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { SHAPE_NAMES } from "../../../workers/line-shape.ts";
import type { Column } from "../columns/columns.ts";
import type { LogCommands } from "../log-commands.ts";
import type { LineRow } from "../rows/row-list.ts";
import { LineFields } from "./LineFields.tsx";

export type LineDetailsProps = {
  readonly line: Pick<LineRow, "seq" | "chunk" | "index">;
  readonly commands: LogCommands;
  readonly columns: readonly Column[];
};

const ICON = "size-4";

/** One line taken apart: its fields as a tree, or its text; every value can be filtered for, left out, copied. */
export const LineDetails = ({ line, commands, columns }: LineDetailsProps) => {
  const { chunk, index, seq } = line;
  const flags = chunk.flags(index);
  const text = chunk.lineText(index);
  const plain = stripEscapes(text);
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
        role="region"
        aria-label="Fields"
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto p-2 font-mono text-base text-text"
      >
        <LineFields
          text={text}
          shape={chunk.shape(index)}
          actions={commands}
          choice={{ columns, toggle: (key) => commands.toggleColumn(key) }}
        />
      </div>
    </section>
  );
};

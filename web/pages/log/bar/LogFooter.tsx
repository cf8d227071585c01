import { Braces, Copy, Download, Link as LinkIcon, X } from "lucide-react";
import type { ReactNode } from "react";
import { formatPlural } from "../../../format/percent.ts";
import { Button, IconButton } from "../../../ui/Button.tsx";
import type { LogCommands } from "../log-commands.ts";
import { countsText } from "../pane/log-notice.ts";
import { countChosen } from "../rows/copy-lines.ts";
import type { LogRowList } from "../rows/row-list.ts";
import type { LineSelection } from "../rows/selection.ts";

export type LogFooterProps = {
  readonly rows: LogRowList;
  readonly linesPerSecond: number;
  readonly selection: LineSelection;
  readonly commands: LogCommands;
  /** Said instead of the counts. */
  readonly notice: ReactNode;
  readonly footer: ReactNode;
};

const ICON = "size-4";

/** Below the lines, in a place of fixed height: how many there are, or what can be done with those that are selected. */
export const LogFooter = ({ rows, linesPerSecond, selection, commands, notice, footer }: LogFooterProps) => {
  const counts = countsText(rows.lineCount, rows.hiddenCount, linesPerSecond);
  return (
    <div className="flex h-8 shrink-0 items-center gap-3 border-line border-t bg-surface px-2 text-meta text-muted">
      {selection.ranges.length > 0 ? (
        <SelectionBar count={countChosen(rows, selection)} commands={commands} />
      ) : (
        <>
          <div className="tabular flex h-7 min-w-0 flex-1 items-center">
            {notice ?? <p className="truncate">{counts}</p>}
          </div>
          <div className="hidden max-w-1/2 truncate phone:block">{footer}</div>
        </>
      )}
    </div>
  );
};

const SelectionBar = ({ count, commands }: { readonly count: number; readonly commands: LogCommands }) => (
  <div className="flex min-w-0 flex-1 items-center gap-1" role="toolbar" aria-label="Selected lines">
    <span className="tabular min-w-20 text-text">{formatPlural(count, "line")}</span>
    <Act text="Copy" icon={<Copy className={ICON} aria-hidden="true" />} onAct={() => commands.copyLines("text")} />
    <Act
      text="Copy as JSON"
      icon={<Braces className={ICON} aria-hidden="true" />}
      onAct={() => commands.copyLines("json")}
    />
    <Act
      text="Download"
      icon={<Download className={ICON} aria-hidden="true" />}
      onAct={() => commands.saveLines("text")}
    />
    <Act text="Link" icon={<LinkIcon className={ICON} aria-hidden="true" />} onAct={() => commands.copyLink()} />
    <span className="flex-1" />
    <IconButton
      label="Select nothing"
      className="size-7! shrink-0"
      onClick={() => commands.clearSelection()}
      icon={<X className={ICON} aria-hidden="true" />}
    />
  </div>
);

/** Words where there is room, the icon alone on a phone. */
const Act = ({
  text,
  icon,
  onAct,
}: {
  readonly text: string;
  readonly icon: ReactNode;
  readonly onAct: () => void;
}) => (
  <Button isSmall look="quiet" aria-label={text} icon={icon} onClick={onAct} className="px-1.5!">
    <span className="hidden phone:inline">{text}</span>
  </Button>
);

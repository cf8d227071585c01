import { clsx } from "clsx";
import { ChartColumn, Download, ListChecks } from "lucide-react";
import type { ReactNode } from "react";
import { Button, IconButton } from "../../ui/Button.tsx";

export type StoredStatusProps = {
  readonly words: string;
  /** It stands below the hits instead of above them. */
  readonly isBelow: boolean;
  /** Whether lines over time are shown, and what changes that; `null`: they always are. */
  readonly overTime: { readonly isShown: boolean; readonly onToggle: () => void } | null;
  /** Goes on with a search that rests; `null`: it does not. */
  readonly onFurther: (() => void) | null;
  readonly onDownload: () => void;
  /** Why there is nothing to download. */
  readonly noDownload: string | null;
  readonly onSave: () => void;
  /** Why there is nothing to save. */
  readonly noSaving: string | null;
};

const ICON = "size-4";

/** How far the search is, and what can be done with what it found; in a place of fixed height. */
export const StoredStatus = (props: StoredStatusProps) => {
  const { words, isBelow, overTime, onFurther, onDownload, noDownload, onSave, noSaving } = props;
  return (
    <div
      className={clsx(
        "flex h-9 shrink-0 items-center gap-2 border-line px-3 text-meta text-muted phone:gap-3",
        isBelow ? "border-t" : "border-b",
      )}
    >
      <p role="status" className="tabular line-clamp-2 min-w-0 flex-1 phone:line-clamp-1">
        {words}
      </p>
      {onFurther === null ? null : (
        <Button isSmall onClick={onFurther}>
          Search further
        </Button>
      )}
      {overTime === null ? null : (
        <IconButton
          label="Lines over time"
          className="size-7! shrink-0 aria-pressed:bg-raised aria-pressed:text-accent"
          aria-pressed={overTime.isShown}
          onClick={overTime.onToggle}
          icon={<ChartColumn className={ICON} aria-hidden="true" />}
        />
      )}
      <Act
        label="Download"
        words="Download"
        offReason={noDownload}
        icon={<Download className={ICON} aria-hidden="true" />}
        onAct={onDownload}
      />
      <Act
        label="Save what is listed, as NDJSON"
        words="Save what is listed"
        offReason={noSaving}
        icon={<ListChecks className={ICON} aria-hidden="true" />}
        onAct={onSave}
      />
    </div>
  );
};

type ActProps = {
  readonly label: string;
  readonly words: string;
  readonly offReason: string | null;
  readonly icon: ReactNode;
  readonly onAct: () => void;
};

/** Words beside the icon where there is room for them. */
const Act = ({ label, words, offReason, icon, onAct }: ActProps) => (
  <Button
    isSmall
    look="quiet"
    aria-label={label}
    hint={label}
    disabledReason={offReason}
    icon={icon}
    onClick={onAct}
    className="shrink-0 px-1.5!"
  >
    <span className="hidden tablet:inline">{words}</span>
  </Button>
);

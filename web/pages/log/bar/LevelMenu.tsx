import { Menu } from "@base-ui/react/menu";
import { ALL_LEVELS, ERROR, isInMask, LEVEL_NAMES, type LevelMask, maskAtLeast } from "@yardarm/protocol/log/level";
import { clsx } from "clsx";
import { Check, ChevronDown, Layers } from "lucide-react";
import { useSyncExternalStore } from "react";
import { formatCount } from "../../../format/percent.ts";
import type { LogReader } from "../log-reader.ts";

const ERRORS_ONLY = maskAtLeast(ERROR);
/** Most severe first, as people look for them. */
const LEVELS = LEVEL_NAMES.map((name, level) => ({ name, level })).toReversed();
const ITEM =
  "flex min-h-8 items-center gap-2 rounded-control px-2 outline-none data-highlighted:bg-raised data-highlighted:outline-2 data-highlighted:outline-accent data-highlighted:-outline-offset-2";

export type LevelMenuProps = {
  readonly mask: LevelMask;
  readonly reader: LogReader;
  readonly onChange: (mask: LevelMask) => void;
  /** Gives its place away where there is little room. */
  readonly isSmall: boolean;
};

/** Which levels are shown, each with how many lines there are. */
export const LevelMenu = ({ mask, reader, onChange, isSmall }: LevelMenuProps) => (
  <Menu.Root>
    <Menu.Trigger
      aria-label={triggerText(mask)}
      className={clsx(
        "inline-flex h-8 shrink-0 items-center justify-between gap-1.5 rounded-control border border-control bg-surface px-2 hover:bg-raised",
        isSmall ? "@min-[480px]:w-32" : "w-32",
      )}
    >
      <span className={clsx("truncate", isSmall && "hidden @min-[480px]:inline")}>{triggerText(mask)}</span>
      {isSmall ? <Layers className="size-4 shrink-0 text-muted @min-[480px]:hidden" aria-hidden="true" /> : null}
      <ChevronDown
        className={clsx("size-4 shrink-0 text-muted", isSmall && "hidden @min-[480px]:inline")}
        aria-hidden="true"
      />
    </Menu.Trigger>
    <Menu.Portal>
      <Menu.Positioner sideOffset={4} align="end" className="z-50 outline-none">
        <Menu.Popup className="min-w-64 rounded-layer border border-control bg-surface p-1 shadow-layer outline-none">
          <Menu.Item className={ITEM} onClick={() => onChange(ERRORS_ONLY)}>
            Errors only
          </Menu.Item>
          <Menu.Item className={ITEM} onClick={() => onChange(ALL_LEVELS)}>
            All levels
          </Menu.Item>
          <Menu.Separator className="my-1 h-px bg-line" />
          <Menu.Group>
            <Menu.GroupLabel className="px-2 pt-1 text-meta text-muted">Shown, with lines loaded</Menu.GroupLabel>
            {LEVELS.map(({ name, level }) => (
              <div key={name} className="flex items-center">
                <Menu.CheckboxItem
                  checked={isInMask(mask, level)}
                  closeOnClick={false}
                  onCheckedChange={() => onChange(mask ^ (1 << level))}
                  className={`${ITEM} flex-1`}
                >
                  <span className="flex size-4 items-center justify-center rounded-control border border-control">
                    <Menu.CheckboxItemIndicator>
                      <Check className="size-3.5 text-accent" aria-hidden="true" />
                    </Menu.CheckboxItemIndicator>
                  </span>
                  <span className="flex-1">{name}</span>
                  <LevelCount reader={reader} level={level} />
                </Menu.CheckboxItem>
                <Menu.Item
                  className={`${ITEM} text-accent`}
                  aria-label={`Only ${name}`}
                  closeOnClick={false}
                  onClick={() => onChange(1 << level)}
                >
                  only
                </Menu.Item>
              </div>
            ))}
          </Menu.Group>
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  </Menu.Root>
);

/** How many lines of the level are held; counts on while the menu is open. */
const LevelCount = ({ reader, level }: { readonly reader: LogReader; readonly level: number }) => {
  useSyncExternalStore(reader.subscribe, reader.version);
  return (
    <span className="tabular min-w-14 text-right text-muted">{formatCount(reader.levelCounts()[level] ?? 0)}</span>
  );
};

const triggerText = (mask: LevelMask): string => {
  if (mask === ALL_LEVELS) return "All levels";
  if (mask === ERRORS_ONLY) return "Errors only";
  const shown = LEVELS.filter(({ level }) => isInMask(mask, level)).length;
  const only = LEVELS.find(({ level }) => mask === 1 << level);
  if (only !== undefined) return `Only ${only.name}`;
  return `${shown} of ${LEVELS.length} levels`;
};

import type { LevelMask } from "@yardarm/protocol/log/level";
import { ArrowDownToLine, Clock, Copy, EllipsisVertical, Eraser, Pause, Play, WrapText } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "../../../ui/Button.tsx";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "../../../ui/Menu.tsx";
import type { ChipLook } from "./chip-look.ts";
import { LevelMenu } from "./LevelMenu.tsx";
import type { LogPreferences } from "./log-preferences.ts";
import { StateChip } from "./StateChip.tsx";
import { STAMP_NAMES, STAMP_STYLES } from "./stamps.ts";

export type LogBarProps = {
  readonly chip: ChipLook;
  readonly searchField: ReactNode;
  readonly levelMask: LevelMask;
  readonly levelCounts: readonly number[];
  readonly isFollowing: boolean;
  readonly isPaused: boolean;
  readonly preferences: LogPreferences;
  readonly onLevels: (mask: LevelMask) => void;
  readonly onFollow: (follow: boolean) => void;
  readonly onPause: (pause: boolean) => void;
  readonly onClear: () => void;
  readonly onPreference: (changes: Partial<LogPreferences>) => void;
  readonly onCopyAll: () => void;
};

const ICON = "size-4";
const TOGGLE = "shrink-0 aria-pressed:bg-raised aria-pressed:text-accent";

/** One row of controls, two where there is little room: which of the two never depends on the data. */
export const LogBar = (props: LogBarProps) => {
  const { preferences, onPreference } = props;
  return (
    <div className="@container shrink-0 border-line border-b bg-surface">
      <div className="flex flex-col @min-[960px]:flex-row" role="toolbar" aria-label="Log">
        <div className="flex h-10 min-w-0 items-center gap-1 pr-1 pl-2 @min-[960px]:order-2">
          <div className="flex min-w-0 flex-1 @min-[960px]:hidden">
            <StateChip look={props.chip} />
          </div>
          <IconButton
            label="Follow the newest line"
            className={TOGGLE}
            aria-pressed={props.isFollowing}
            onClick={() => props.onFollow(!props.isFollowing)}
            icon={<ArrowDownToLine className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label={props.isPaused ? "Resume" : "Pause"}
            className={TOGGLE}
            aria-pressed={props.isPaused}
            onClick={() => props.onPause(!props.isPaused)}
            icon={
              props.isPaused ? (
                <Play className={ICON} aria-hidden="true" />
              ) : (
                <Pause className={ICON} aria-hidden="true" />
              )
            }
          />
          <IconButton
            label="Clear this view"
            className={TOGGLE}
            onClick={props.onClear}
            icon={<Eraser className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label="Wrap long lines"
            className={TOGGLE}
            aria-pressed={preferences.isWrapped}
            onClick={() => onPreference({ isWrapped: !preferences.isWrapped })}
            icon={<WrapText className={ICON} aria-hidden="true" />}
          />
          <Menu
            trigger={
              <IconButton label="Timestamps" className={TOGGLE} icon={<Clock className={ICON} aria-hidden="true" />} />
            }
          >
            <MenuChoice
              label={`Timestamps, ${zoneName()}`}
              value={preferences.stamps}
              options={STAMP_STYLES.map((style) => ({ value: style, text: STAMP_NAMES[style] }))}
              onChange={(stamps) => onPreference({ stamps })}
            />
          </Menu>
          <Menu
            trigger={
              <IconButton
                label="More for this log"
                className={TOGGLE}
                icon={<EllipsisVertical className={ICON} aria-hidden="true" />}
              />
            }
          >
            <MenuItem onSelect={props.onCopyAll}>
              <span className="flex items-center gap-2">
                <Copy className={ICON} aria-hidden="true" /> Copy all lines shown
              </span>
            </MenuItem>
            <MenuSeparator />
            <MenuChoice
              label="stdout and stderr"
              value={preferences.showsStream ? "shown" : "hidden"}
              options={[
                { value: "shown", text: "Marked on each line" },
                { value: "hidden", text: "Not marked" },
              ]}
              onChange={(choice) => onPreference({ showsStream: choice === "shown" })}
            />
            <MenuChoice
              label="Spoken summary of new lines"
              value={preferences.announces ? "on" : "off"}
              options={[
                { value: "on", text: "Every 5 seconds" },
                { value: "off", text: "Off" },
              ]}
              onChange={(choice) => onPreference({ announces: choice === "on" })}
            />
          </Menu>
        </div>
        <div className="flex h-10 min-w-0 flex-1 items-center gap-2 px-2 @min-[960px]:order-1 @min-[960px]:pr-0">
          <div className="hidden w-64 shrink-0 @min-[960px]:flex">
            <StateChip look={props.chip} />
          </div>
          {props.searchField}
          <LevelMenu mask={props.levelMask} counts={props.levelCounts} onChange={props.onLevels} />
        </div>
      </div>
    </div>
  );
};

const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

import type { LevelMask } from "@yardarm/protocol/log/level";
import { clsx } from "clsx";
import { ArrowDownToLine, Clock, Copy, EllipsisVertical, Eraser, Pause, Play, WrapText } from "lucide-react";
import { memo } from "react";
import type { LogSession } from "../../../live/log-session.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "../../../ui/Menu.tsx";
import { STAMP_NAMES, STAMP_STYLES } from "../line/stamps.ts";
import type { Direction, LogCommands } from "../log-commands.ts";
import type { LogPreferences } from "../log-preferences.ts";
import type { ChipLook } from "./chip-look.ts";
import { LevelMenu } from "./LevelMenu.tsx";
import { SearchField } from "./SearchField.tsx";
import { StateChip } from "./StateChip.tsx";
import type { Search } from "./search.ts";

export type LogBarProps = {
  readonly chip: ChipLook;
  readonly session: LogSession;
  readonly commands: LogCommands;
  readonly search: Search;
  readonly matchCount: number;
  readonly matchPosition: number | null;
  readonly isSearching: boolean;
  readonly levelMask: LevelMask;
  readonly isFollowing: boolean;
  readonly isPaused: boolean;
  readonly preferences: LogPreferences;
  readonly onSearch: (search: Search) => void;
  readonly onJump: (direction: Direction) => void;
};

const ICON = "size-4";
/** Left out where there is little room; the menu has it as well. */
const ROOMY = "hidden! @min-[480px]:inline-flex!";
const TOGGLE = "shrink-0 aria-pressed:bg-raised aria-pressed:text-accent";

/** One row of controls, two where there is little room: which of the two never depends on the data. */
export const LogBar = memo((props: LogBarProps) => {
  const { commands, preferences } = props;
  const stampChoice = (
    <MenuChoice
      label={`Timestamps, ${zoneName()}`}
      value={preferences.stamps}
      options={STAMP_STYLES.map((style) => ({ value: style, text: STAMP_NAMES[style] }))}
      onChange={(stamps) => commands.prefer({ stamps })}
    />
  );
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
            onClick={() => commands.follow(!props.isFollowing)}
            icon={<ArrowDownToLine className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label={props.isPaused ? "Resume" : "Pause"}
            className={TOGGLE}
            aria-pressed={props.isPaused}
            onClick={() => commands.togglePause()}
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
            className={clsx(TOGGLE, ROOMY)}
            onClick={() => commands.clear()}
            icon={<Eraser className={ICON} aria-hidden="true" />}
          />
          <IconButton
            label="Wrap long lines"
            className={TOGGLE}
            aria-pressed={preferences.isWrapped}
            onClick={() => commands.toggleWrap()}
            icon={<WrapText className={ICON} aria-hidden="true" />}
          />
          <Menu
            trigger={
              <IconButton
                label="Timestamps"
                className={clsx(TOGGLE, ROOMY)}
                icon={<Clock className={ICON} aria-hidden="true" />}
              />
            }
          >
            {stampChoice}
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
            <MenuItem onSelect={() => commands.copyAll()}>
              <span className="flex items-center gap-2">
                <Copy className={ICON} aria-hidden="true" /> Copy all lines shown
              </span>
            </MenuItem>
            <MenuItem onSelect={() => commands.clear()}>
              <span className="flex items-center gap-2">
                <Eraser className={ICON} aria-hidden="true" /> Clear this view
              </span>
            </MenuItem>
            <MenuSeparator />
            {stampChoice}
            <MenuChoice
              label="stdout and stderr"
              value={preferences.showsStream ? "shown" : "hidden"}
              options={[
                { value: "shown", text: "Marked on each line" },
                { value: "hidden", text: "Not marked" },
              ]}
              onChange={(choice) => commands.prefer({ showsStream: choice === "shown" })}
            />
            <MenuChoice
              label="Spoken summary of new lines"
              value={preferences.announces ? "on" : "off"}
              options={[
                { value: "on", text: "Every 5 seconds" },
                { value: "off", text: "Off" },
              ]}
              onChange={(choice) => commands.prefer({ announces: choice === "on" })}
            />
          </Menu>
        </div>
        <div className="flex h-10 min-w-0 flex-1 items-center gap-2 px-2 @min-[960px]:order-1 @min-[960px]:pr-0">
          <div className="hidden w-64 shrink-0 @min-[960px]:flex">
            <StateChip look={props.chip} />
          </div>
          <SearchField
            fieldRef={commands.elements.setField}
            search={props.search}
            matchCount={props.matchCount}
            matchPosition={props.matchPosition}
            isSearching={props.isSearching}
            onChange={props.onSearch}
            onJump={props.onJump}
            onLeave={() => commands.focusLines()}
          />
          <LevelMenu mask={props.levelMask} session={props.session} onChange={(mask) => commands.setLevels(mask)} />
        </div>
      </div>
    </div>
  );
});
LogBar.displayName = "LogBar";

const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

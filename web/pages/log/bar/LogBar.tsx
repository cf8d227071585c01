import type { LevelMask } from "@yardarm/protocol/log/level";
import { clsx } from "clsx";
import {
  ArrowDownToLine,
  Clock,
  Copy,
  Download,
  EllipsisVertical,
  Eraser,
  Link as LinkIcon,
  Pause,
  Play,
  WrapText,
  X,
} from "lucide-react";
import { memo, type ReactNode } from "react";
import { IconButton } from "../../../ui/Button.tsx";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "../../../ui/Menu.tsx";
import { STAMP_NAMES, STAMP_STYLES, type StampStyle } from "../line/stamps.ts";
import type { Direction, LogCommands } from "../log-commands.ts";
import type { LogPreferences } from "../log-preferences.ts";
import type { LogReader } from "../log-reader.ts";
import type { Column } from "../columns/columns.ts";
import type { ChipLook } from "./chip-look.ts";
import { ColumnsMenu, ColumnsSubmenu } from "./ColumnsMenu.tsx";
import { LevelMenu } from "./LevelMenu.tsx";
import { SearchField } from "./SearchField.tsx";
import { StateChip } from "./StateChip.tsx";
import type { Search } from "./search.ts";

export type LogBarProps = {
  /** Which log this is; may be a way to another one. */
  readonly lead: ReactNode;
  readonly chip: ChipLook;
  readonly reader: LogReader;
  readonly commands: LogCommands;
  readonly search: Search;
  readonly matchCount: number;
  readonly matchPosition: number | null;
  readonly isSearching: boolean;
  readonly problem: string | null;
  readonly levelMask: LevelMask;
  readonly isFollowing: boolean;
  readonly isPaused: boolean;
  readonly isWrapped: boolean;
  readonly stamps: StampStyle;
  readonly columns: readonly Column[];
  readonly preferences: LogPreferences;
  readonly onJump: (direction: Direction) => void;
  readonly onNow: () => void;
  /** `null`: there is nothing but what is shown. */
  readonly onDownload: (() => void) | null;
};

const ICON = "size-4";
/** Left out where there is little room; the menu has it as well. */
const ROOMY = "hidden! @min-[480px]:inline-flex!";
const TOGGLE = "shrink-0 aria-pressed:bg-raised aria-pressed:text-accent";
const WITH_ICON = "flex items-center gap-2";

/** One row of controls, two where there is little room: which of the two never depends on the data. */
export const LogBar = memo((props: LogBarProps) => {
  const { commands, preferences, search } = props;
  const stampChoice = (
    <MenuChoice
      label={`Timestamps, ${zoneName()}`}
      value={props.stamps}
      options={STAMP_STYLES.map((style) => ({ value: style, text: STAMP_NAMES[style] }))}
      onChange={(stamps) => commands.setStamps(stamps)}
    />
  );
  const chip = <StateChip look={props.chip} onNow={props.onNow} />;
  return (
    <div className="@container shrink-0 border-line border-b bg-surface">
      <div className="flex flex-col @min-[1120px]:flex-row" role="toolbar" aria-label="Log">
        <div className="flex h-9 min-w-0 items-center gap-1 pr-1 pl-2 @min-[640px]:h-10 @min-[1120px]:order-2">
          <div className="flex min-w-0 flex-1 items-center gap-2 @min-[1120px]:hidden">
            <div className="hidden min-w-0 max-w-1/2 @min-[640px]:flex">{props.lead}</div>
            {chip}
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
            aria-pressed={props.isWrapped}
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
          <ColumnsMenu commands={commands} columns={props.columns} className={clsx(TOGGLE, ROOMY)} />
          {props.onDownload === null ? null : (
            <IconButton
              label="Download"
              className={clsx(TOGGLE, ROOMY)}
              onClick={props.onDownload}
              icon={<Download className={ICON} aria-hidden="true" />}
            />
          )}
          <Menu
            trigger={
              <IconButton
                label="More for this log"
                className={TOGGLE}
                icon={<EllipsisVertical className={ICON} aria-hidden="true" />}
              />
            }
          >
            <MenuItem onSelect={() => commands.copyLines("text")}>
              <span className={WITH_ICON}>
                <Copy className={ICON} aria-hidden="true" /> Copy all lines shown
              </span>
            </MenuItem>
            <MenuItem onSelect={() => commands.copyLink()}>
              <span className={WITH_ICON}>
                <LinkIcon className={ICON} aria-hidden="true" /> Copy link to the current line
              </span>
            </MenuItem>
            {props.onDownload === null ? null : (
              <MenuItem onSelect={props.onDownload}>
                <span className={WITH_ICON}>
                  <Download className={ICON} aria-hidden="true" /> Download
                </span>
              </MenuItem>
            )}
            <MenuItem onSelect={() => commands.clear()}>
              <span className={WITH_ICON}>
                <Eraser className={ICON} aria-hidden="true" /> Clear this view
              </span>
            </MenuItem>
            <ColumnsSubmenu commands={commands} columns={props.columns} />
            <MenuSeparator />
            {stampChoice}
            <Toggles commands={commands} preferences={preferences} />
          </Menu>
        </div>
        <div className="flex h-9 min-w-0 flex-1 items-center gap-2 px-2 @min-[640px]:h-10 @min-[1120px]:order-1 @min-[1120px]:pr-0">
          <div className="hidden w-128 min-w-0 shrink-0 items-center gap-2 @min-[1120px]:flex">
            <div className="flex min-w-0 flex-1">{props.lead}</div>
            <div className="flex w-72 shrink-0">{chip}</div>
          </div>
          <SearchField
            fieldRef={commands.elements.setField}
            search={search}
            matchCount={props.matchCount}
            matchPosition={props.matchPosition}
            isSearching={props.isSearching}
            problem={props.problem}
            onChange={(changed) => commands.search(changed)}
            onJump={props.onJump}
            onLeave={() => commands.focusLines()}
          />
          <LevelMenu
            mask={props.levelMask}
            reader={props.reader}
            isSmall={search.text !== ""}
            onChange={(mask) => commands.setLevels(mask)}
          />
        </div>
      </div>
      {search.excludes.length === 0 ? null : (
        <ul className="flex flex-wrap items-center gap-1 border-line border-t px-2 py-1" aria-label="Left out">
          {search.excludes.map((text) => (
            <li key={text}>
              <button
                type="button"
                className="flex h-6 max-w-80 items-center gap-1 rounded-control border border-control px-1.5 text-meta"
                aria-label={`Show lines with ${text.trim()} again`}
                onClick={() => commands.include(text)}
              >
                <span className="truncate font-mono">without {text}</span>
                <X className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
});
LogBar.displayName = "LogBar";

type TogglesProps = Readonly<{ commands: LogCommands; preferences: LogPreferences }>;

/** What is either on or off for this person, in this browser. */
const Toggles = ({ commands, preferences }: TogglesProps) => {
  const toggle = (
    name: "showsStream" | "showsFields" | "folds" | "showsHistogram" | "isDark" | "announces",
    label: string,
    [on, off]: readonly [string, string],
  ) => (
    <MenuChoice
      label={label}
      value={preferences[name] ? "on" : "off"}
      options={[
        { value: "on", text: on },
        { value: "off", text: off },
      ]}
      onChange={(choice) => commands.prefer({ [name]: choice === "on" })}
    />
  );
  return (
    <>
      {toggle("showsFields", "JSON, logfmt and klog", ["Message and fields", "As written"])}
      {toggle("folds", "Stack traces", ["Folded", "Unfolded"])}
      {toggle("showsStream", "stdout and stderr", ["Marked on each line", "Not marked"])}
      {toggle("showsHistogram", "Lines over time", ["Shown", "Hidden"])}
      {toggle("isDark", "Colours of the lines", ["Dark", "As the rest of the page"])}
      {toggle("announces", "Spoken summary of new lines", ["Every 5 seconds", "Off"])}
    </>
  );
};

const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

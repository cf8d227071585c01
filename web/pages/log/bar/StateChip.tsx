import {
  CircleAlert,
  CircleDot,
  CirclePause,
  CircleStop,
  LoaderCircle,
  type LucideIcon,
  MoveUp,
  RefreshCw,
  Unplug,
} from "lucide-react";
import type { ChipLook } from "./chip-look.ts";

const ICONS: Readonly<Record<ChipLook["icon"], LucideIcon>> = {
  live: CircleDot,
  paused: CirclePause,
  scrolled: MoveUp,
  reconnecting: RefreshCw,
  offline: Unplug,
  ended: CircleStop,
  failed: CircleAlert,
  loading: LoaderCircle,
};

const TONES: Readonly<Record<ChipLook["tone"], string>> = {
  ok: "text-ok",
  warn: "text-warn",
  danger: "text-danger",
  muted: "text-muted",
};

export type StateChipProps = {
  readonly look: ChipLook;
  /** Tries to reach the hub at once. */
  readonly onNow: () => void;
};

/** How lines get here and how they are read, in one place of a fixed width. */
export const StateChip = ({ look, onNow }: StateChipProps) => {
  const Icon = ICONS[look.icon];
  return (
    <span className={`tabular flex min-w-0 flex-1 items-center gap-1.5 ${TONES[look.tone]}`} data-chip={look.icon}>
      <Icon className="size-4 shrink-0" aria-hidden="true" />
      <span className="truncate" title={look.text}>
        {look.text}
      </span>
      {look.icon === "reconnecting" ? (
        <button type="button" className="h-6 shrink-0 px-1 text-accent underline" onClick={onNow}>
          Now
        </button>
      ) : null}
    </span>
  );
};

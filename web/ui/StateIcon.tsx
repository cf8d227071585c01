import {
  Circle,
  CircleDashed,
  CircleDot,
  CircleHelp,
  Clock,
  type LucideIcon,
  Pause,
  RefreshCw,
  TriangleAlert,
  Unlink,
  X,
} from "lucide-react";
import type { StateIconName, Tone } from "../format/state-look.ts";

const ICONS: Readonly<Record<Exclude<StateIconName, "dot">, LucideIcon>> = {
  "half-dot": CircleDot,
  triangle: TriangleAlert,
  arrows: RefreshCw,
  bars: Pause,
  ring: Circle,
  cross: X,
  "dashed-ring": CircleDashed,
  clock: Clock,
  "broken-link": Unlink,
  question: CircleHelp,
};

export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  ok: "text-ok",
  warn: "text-warn",
  danger: "text-danger",
  muted: "text-muted",
};

/** The icon alone; always beside its word. */
export const StateIcon = ({ icon, tone }: { readonly icon: StateIconName; readonly tone: Tone }) => {
  const className = `size-3.5 shrink-0 ${TONE_TEXT[tone]}`;
  if (icon === "dot") {
    return (
      <svg viewBox="0 0 16 16" className={className} aria-hidden="true">
        <circle cx="8" cy="8" r="5" fill="currentColor" />
      </svg>
    );
  }
  const Icon = ICONS[icon];
  return <Icon className={className} aria-hidden="true" />;
};

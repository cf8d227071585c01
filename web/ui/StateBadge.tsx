import type { StateLook } from "../format/state-look.ts";
import { StateIcon, TONE_TEXT } from "./StateIcon.tsx";

/** A state as icon, word and colour together. `isDim` for values that are old: the word then carries its age elsewhere. */
export const StateBadge = ({ look, isDim = false }: { readonly look: StateLook; readonly isDim?: boolean }) => (
  <span className="inline-flex min-w-0 max-w-full items-center gap-1.5 align-bottom">
    <StateIcon icon={look.icon} tone={isDim ? "muted" : look.tone} />
    <span className={`truncate ${isDim ? "text-muted" : TONE_TEXT[look.tone]}`}>{look.word}</span>
  </span>
);

import { clsx } from "clsx";
import { Button } from "../../../ui/Button.tsx";
import { CopyButton } from "../../../ui/CopyButton.tsx";
import type { LogNotice, NoticeAction } from "./log-notice.ts";

export type NoticeLineProps = {
  readonly notice: LogNotice;
  /** Two lines of small print in a place of fixed height, instead of as much as it needs. */
  readonly isSmall: boolean;
  readonly onAct: (action: NoticeAction) => void;
};

const TONES = { muted: "text-muted", warn: "text-warn", danger: "text-danger" } as const;

const WORDS: Readonly<Record<NoticeAction, string>> = {
  retry: "Try again",
  reconnect: "Try now",
  clearFilters: "Clear filters",
  searchStored: "Search stored lines",
  showHost: "Show the host",
  showFleet: "Show the fleet",
  followLink: "Show that container",
};

/** A sentence with what can be done about it. */
export const NoticeLine = ({ notice, isSmall, onAct }: NoticeLineProps) => {
  const actions = [notice.action, notice.also].filter((action) => action !== null && action !== undefined);
  return (
    <div
      className={clsx("flex min-w-0 items-center gap-2 font-sans", isSmall ? "text-meta" : "flex-wrap text-base")}
      data-notice={notice.tone}
    >
      <p
        className={clsx("min-w-0", TONES[notice.tone], isSmall && "line-clamp-2")}
        title={isSmall ? notice.text : undefined}
      >
        {notice.text}
      </p>
      {actions.map((action) => (
        <Button key={action} isSmall className="shrink-0" onClick={() => onAct(action)}>
          {WORDS[action]}
        </Button>
      ))}
      {notice.code === null || notice.tone !== "danger" ? null : (
        <CopyButton label="Copy details" text={`${notice.text} (${notice.code})`} />
      )}
    </div>
  );
};

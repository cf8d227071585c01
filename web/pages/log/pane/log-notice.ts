import { codeSentence } from "../../../api/errors.ts";
import { formatDuration } from "../../../format/duration.ts";
import { formatCount, formatPlural } from "../../../format/percent.ts";
import type { Transport } from "../rows/transport.ts";

/** What there is to say beside or instead of the lines: one sentence, and at most one thing to do about it; or one way further. */

export type NoticeAction =
  | "retry"
  | "reconnect"
  | "clearFilters"
  | "searchStored"
  | "showHost"
  | "showFleet"
  | "followLink";

export type LogNotice = {
  readonly tone: "muted" | "warn" | "danger";
  readonly text: string;
  readonly action: NoticeAction | null;
  /** What else may lead to what somebody looks for. */
  readonly also?: NoticeAction;
  /** A code to quote when asking for help. */
  readonly code: string | null;
};

/** What the view itself knows. */
export type ViewFacts = {
  readonly shownCount: number;
  readonly hiddenCount: number;
  /** Whether the store holds any line, shown or not. */
  readonly holdsLines: boolean;
  readonly isCleared: boolean;
  /** A search has looked at every line held, and none of those shown matches. */
  readonly isNothingFound: boolean;
};

export type NoticeFacts = ViewFacts & { readonly transport: Transport; readonly hostName: string };

/** `null` when the lines speak for themselves. */
export const logNotice = (facts: NoticeFacts): LogNotice | null => {
  const trouble = troubleOf(facts);
  if (trouble !== null) return trouble;
  if (facts.shownCount > 0) return facts.isNothingFound ? nothingFound(facts) : null;
  if (facts.hiddenCount > 0) {
    const text = `No line matches: ${formatPlural(facts.hiddenCount, "line")} hidden.`;
    const none: LogNotice = { tone: "muted", text, action: "clearFilters", code: null };
    return facts.isNothingFound ? { ...none, also: "searchStored" } : none;
  }
  if (facts.isCleared) return note("Cleared. New lines appear here.");
  if (facts.transport.status === "loading") return note("Loading the last 1,000 lines…");
  if (facts.transport.status === "ended") return note("This container has ended without writing anything.");
  return note("This container has written nothing yet.");
};

const nothingFound = ({ hiddenCount }: NoticeFacts): LogNotice => {
  const where = hiddenCount > 0 ? "lines that are shown" : "loaded lines";
  return { tone: "muted", text: `Nothing found in the ${where}.`, action: "searchStored", code: null };
};

const note = (text: string): LogNotice => ({ tone: "muted", text, action: null, code: null });

const troubleOf = ({ transport, hostName, holdsLines }: NoticeFacts): LogNotice | null => {
  switch (transport.status) {
    case "failed":
      return failure(transport, holdsLines);
    case "reconnecting": {
      const text = holdsLines ? "The hub is not reachable; what is here stays." : "The hub is not reachable.";
      return { tone: "warn", text, action: "reconnect", code: null };
    }
    case "hostOffline": {
      if (transport.isStale) return null;
      const age = transport.silentMs === null ? "" : ` for ${formatDuration(transport.silentMs)}`;
      const lines = holdsLines ? "Stored lines are shown" : "No lines are stored";
      const text = `${hostName} has been offline${age}. ${lines}; live again when it returns.`;
      return { tone: "warn", text, action: "showHost", code: null };
    }
    case "loading":
    case "live":
    case "ended":
      return null;
  }
};

const failure = (
  { code, message, requestId }: Extract<Transport, { readonly status: "failed" }>,
  holdsLines: boolean,
): LogNotice => {
  const stored = holdsLines ? " What is here stays." : "";
  if (code === "log_off") return note(`The log of this container is not collected: ${message}.${stored}`);
  if (code === "log_unreadable") {
    return { tone: "danger", text: `This log cannot be read: ${sentence(message)}${stored}`, action: null, code };
  }
  if (code === "forbidden") {
    return { tone: "danger", text: `Your role does not allow reading this log.${stored}`, action: null, code };
  }
  if (code === "not_found") {
    const text = `This container is gone, and the hub keeps nothing of its log.${stored}`;
    return { tone: "danger", text, action: "showFleet", code };
  }
  if (code === "too_many_streams") {
    const text = `Too many logs of this host are being read at once: close one elsewhere.${stored}`;
    return { tone: "danger", text, action: "retry", code };
  }
  if (code === "malformed_frame") {
    const text = `Part of this log could not be read.${stored}`;
    return { tone: "danger", text, action: "retry", code };
  }
  const quoted = requestId === undefined ? code : `${code} · request ${requestId}`;
  return { tone: "danger", text: `${codeSentence(code)}${stored}`, action: "retry", code: quoted };
};

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** `1,204 lines · 212 hidden by filter · 12.4 k lines/s`. */
export const countsText = (lineCount: number, hiddenCount: number, linesPerSecond: number): string => {
  const parts = [formatPlural(lineCount, "line")];
  if (hiddenCount > 0) parts.push(`${formatCount(hiddenCount)} hidden by filter`);
  if (linesPerSecond >= 1) parts.push(rateText(linesPerSecond));
  return parts.join(" · ");
};

const rateText = (linesPerSecond: number): string =>
  linesPerSecond >= 1_000
    ? `${(linesPerSecond / 1_000).toFixed(1)} k lines/s`
    : `${Math.round(linesPerSecond)} lines/s`;

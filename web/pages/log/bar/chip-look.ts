import { formatDuration } from "../../../format/duration.ts";
import { formatClock } from "../../../format/time.ts";
import { type Reading, type Unseen, unseenText } from "../rows/reading.ts";
import type { Transport } from "../rows/transport.ts";

/** The chip says in one line how lines get here and how they are read; icon, words and colour change together. */

export type ChipLook = {
  readonly icon: "live" | "paused" | "scrolled" | "reconnecting" | "offline" | "ended" | "failed" | "loading";
  readonly tone: "ok" | "warn" | "danger" | "muted";
  readonly text: string;
};

export type ChipFacts = {
  readonly transport: Transport;
  readonly reading: Reading;
  readonly unseen: Unseen;
  /** This browser's clock. */
  readonly nowMs: number;
};

export const chipLook = (facts: ChipFacts): ChipLook => {
  const { transport, reading } = facts;
  if (transport.status !== "live") {
    const look = transportLook(transport, facts.nowMs);
    const suffix = reading.status === "paused" ? " · paused" : "";
    return { ...look, text: `${look.text}${suffix}` };
  }
  const { unseen } = facts;
  switch (reading.status) {
    case "following":
      return { icon: "live", tone: "ok", text: "Live" };
    case "scrolled": {
      const news = unseen.count === 0 && !unseen.isMore ? "" : ` · ${unseenText(unseen)} new`;
      return { icon: "scrolled", tone: "muted", text: `Live · not following${news}` };
    }
    case "paused": {
      const clock = formatStopwatch(facts.nowMs - reading.sinceMs);
      return { icon: "paused", tone: "warn", text: `Paused · ${unseenText(unseen)} waiting · ${clock}` };
    }
  }
};

const transportLook = (transport: Exclude<Transport, { status: "live" }>, nowMs: number): ChipLook => {
  switch (transport.status) {
    case "loading":
      return { icon: "loading", tone: "muted", text: "Loading…" };
    case "reconnecting": {
      if (transport.nextTryAtMs === null) return { icon: "reconnecting", tone: "warn", text: "Reconnecting…" };
      const seconds = Math.max(0, Math.ceil((transport.nextTryAtMs - nowMs) / 1_000));
      return {
        icon: "reconnecting",
        tone: "warn",
        text: `Reconnecting · try ${transport.attempt}, next in ${seconds} s`,
      };
    }
    case "hostOffline": {
      const age = transport.silentMs === null ? "" : ` · ${formatDuration(transport.silentMs)}`;
      return transport.isStale
        ? { icon: "offline", tone: "warn", text: `Host silent${age}` }
        : { icon: "offline", tone: "danger", text: `Host offline${age}` };
    }
    case "ended": {
      const at = transport.atMs === null ? "" : ` ${formatClock(transport.atMs)}`;
      return { icon: "ended", tone: "muted", text: `${transport.word}${at}` };
    }
    case "failed":
      return { icon: "failed", tone: "danger", text: transport.code === "log_off" ? "Not collected" : "Not readable" };
  }
};

/** `00:42`, `12:07`, `1:02:07`. */
export const formatStopwatch = (elapsedMs: number): string => {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1_000));
  const two = (value: number): string => value.toString().padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours === 0 ? "" : `${hours}:`}${two(minutes)}:${two(seconds % 60)}`;
};

import type { Host } from "@yardarm/protocol/host";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration } from "../../format/duration.ts";
import { useAge } from "../ages.ts";
import { ApproveAgent } from "./ApproveAgent.tsx";
import { clockWords, isSkewGrave } from "./clock-words.ts";
import { isCloneRecent } from "./clone-words.ts";

/** What somebody has to look at: an agent that waits, an identity that is used twice, a clock that is set wrong. */
export const HostNotices = ({ host }: { readonly host: Host }) => {
  const clonedMs = useAge()(host.clonedAtNs ?? null);
  return (
    <div className="flex flex-col gap-2 empty:hidden">
      {host.approval === undefined || host.status === "pending" ? null : (
        <ApproveAgent host={host} approval={host.approval} />
      )}
      {isCloneRecent(clonedMs) ? (
        <Notice>
          A second agent used this host's identity {formatDuration(clonedMs)} ago and was refused: its state directory,
          or the whole machine, was copied. Give the copy a state directory of its own and a new join command. If you
          cannot find it, and the agent that is connected is the right one, replace its key (menu of this host): the
          copy is worth nothing then.
        </Notice>
      ) : null}
      {isSkewGrave(host.clockSkewMs) ? (
        <Notice>
          This host's clock is {clockWords(host.clockSkewMs)}. Nothing is lost by it, but its log lines carry the wrong
          time: set the clock, best with NTP.
        </Notice>
      ) : null}
    </div>
  );
};

const Notice = ({ children }: { readonly children: ReactNode }) => (
  <p role="status" className="flex max-w-160 items-start gap-2">
    <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
    <span>{children}</span>
  </p>
);

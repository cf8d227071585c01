import { Link } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { formatDuration } from "../../format/duration.ts";
import { splitImage } from "../../format/image.ts";
import { containerLook } from "../../format/state-look.ts";
import { formatMoment, nsToMs } from "../../format/time.ts";
import { StateBadge } from "../../ui/StateBadge.tsx";
import { useAge, useFreshness } from "../ages.ts";
import { HostBadge } from "../HostBadge.tsx";
import { lockReason } from "../lock.ts";
import { hostPath } from "../paths.ts";
import { PHONE, useMedia } from "../use-media.ts";
import { ActionButtons } from "./ActionButtons.tsx";
import { ActionLine } from "./ActionLine.tsx";

export type ContainerHeaderProps = { readonly container: Container; readonly host: Host | undefined };

/** What it is, how it is, where it is, and what can be done. */
export const ContainerHeader = (props: ContainerHeaderProps) =>
  useMedia(PHONE) ? <NarrowHeader {...props} /> : <WideHeader {...props} />;

const WideHeader = ({ container, host }: ContainerHeaderProps) => {
  const lock = lockReason(container);
  return (
    <header className="flex shrink-0 flex-col gap-1 px-3 pt-2 pb-1">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="min-w-0 truncate font-semibold text-large">{container.name}</h1>
        <State container={container} host={host} />
        <Since container={container} />
        <div className="ml-auto flex flex-wrap gap-2">
          <ActionButtons container={container} host={host} />
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 text-muted">
        <HostWord host={host} container={container} />
        <span className="min-w-0 truncate" title={`${container.image} (${container.imageId})`}>
          <ImageWord image={container.image} />
        </span>
        {container.compose === null ? null : (
          <span>
            {container.compose.project} / {container.compose.service}
          </span>
        )}
        {lock === null ? null : (
          <span className="inline-flex items-center gap-1">
            <Lock className="size-4" aria-hidden="true" />
            {lock}
          </span>
        )}
      </div>
      <ActionLine container={container} />
    </header>
  );
};

/** One row: the log needs the room. Name and host stand in the bar above, the rest under Details. */
const NarrowHeader = ({ container, host }: ContainerHeaderProps) => {
  const lock = lockReason(container);
  return (
    <header className="flex shrink-0 items-center gap-2 px-3 py-1">
      <h1 className="only-read-aloud">{container.name}</h1>
      <State container={container} host={host} />
      {lock === null ? null : (
        <span title={lock}>
          <Lock className="size-4 text-muted" aria-hidden="true" />
          <span className="only-read-aloud">{lock}</span>
        </span>
      )}
      <div className="min-w-0 flex-1">
        <ActionLine container={container} otherwise={<Since container={container} />} />
      </div>
      <div className="flex shrink-0 gap-1">
        <ActionButtons container={container} host={host} />
      </div>
    </header>
  );
};

const State = ({ container, host }: ContainerHeaderProps) => (
  <span className="min-w-24 shrink-0">
    <StateBadge look={containerLook(container)} isDim={useFreshness(host).state === "old"} />
  </span>
);

const ImageWord = ({ image }: { readonly image: string }) => {
  const { name, tag } = splitImage(image);
  return tag === "" ? name : tag.startsWith("@") ? `${name}${tag}` : `${name}:${tag}`;
};

const HostWord = ({ host, container }: ContainerHeaderProps) => (
  <span className="inline-flex items-center gap-2">
    <Link to={hostPath(container.hostId)} className="text-text hover:underline">
      {host?.name ?? "Unknown host"}
    </Link>
    {host === undefined || host.status === "online" ? null : <HostBadge host={host} />}
  </span>
);

/** Since when it is in its present state. */
const Since = ({ container }: { readonly container: Container }) => {
  const age = useAge();
  const since = (stampNs: string | null, word: string): ReactNode => {
    const [elapsedMs, atMs] = [age(stampNs), nsToMs(stampNs)];
    if (elapsedMs === null || atMs === null) return null;
    return (
      <span className="min-w-24 truncate text-muted tabular" title={formatMoment(atMs)}>
        {word} {formatDuration(elapsedMs)}
        {word === "for" ? "" : " ago"}
      </span>
    );
  };
  if (container.removedAtNs !== null) return since(container.removedAtNs, "removed");
  if (container.state === "running" || container.state === "paused") return since(container.startedAtNs, "for");
  if (container.state === "created") return since(container.createdAtNs, "created");
  return since(container.finishedAtNs, "ended");
};

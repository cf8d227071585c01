import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import type { Inventory } from "../../live/inventory-store.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { TONE_TEXT } from "../../ui/StateIcon.tsx";
import { PlainLink } from "../PlainLink.tsx";
import { containerPath } from "../paths.ts";
import { logSourceWords } from "./log-source-words.ts";

export type LogSourcesTabProps = {
  readonly host: Host;
  readonly inventory: Extract<Inventory, { readonly status: "known" }>;
};

const RANK = { danger: 0, warn: 1, muted: 2 } as const;

/** How the log of each container here is read; what needs somebody's attention comes first. */
export const LogSourcesTab = ({ host, inventory }: LogSourcesTabProps) => {
  const rows = [...inventory.containers.values()]
    .filter(({ hostId, removedAtNs }) => hostId === host.hostId && removedAtNs === null)
    .map((container) => ({ container, words: logSourceWords(container.logSource) }))
    .toSorted((one, other) => RANK[one.words.tone] - RANK[other.words.tone] || byName(one.container, other.container));
  if (rows.length === 0) return <EmptyState title="No containers here.">There is no log to read.</EmptyState>;
  return (
    <div className="overflow-y-auto p-3" tabIndex={0} role="region" aria-label="Log sources">
      <ul className="flex max-w-180 flex-col">
        {rows.map(({ container, words }) => (
          <li
            key={container.containerId}
            className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 border-line border-b py-1.5"
          >
            <PlainLink
              to={containerPath(host.hostId, container.containerId)}
              className="min-w-40 flex-1 hover:underline"
            >
              {container.name}
            </PlainLink>
            <span className="phone:w-96">
              <span className={`tabular ${TONE_TEXT[words.tone]}`}>{words.text}</span>
              {words.reason === null ? null : <span className="block text-meta text-muted">{words.reason}</span>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
};

const byName = (one: Container, other: Container): number =>
  one.name.localeCompare(other.name, "en", { numeric: true });

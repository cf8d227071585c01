import { Link } from "@tanstack/react-router";
import type { ProtectionMatch } from "@yardarm/protocol/protection-schema";
import { formatCount, formatPlural } from "../../../format/percent.ts";
import { useInventory } from "../../../live/live-context.tsx";
import { containerPath } from "../../paths.ts";
import { matchedBy, saysAnything } from "./matched.ts";

const SHOWN = 50;

/** What a rule fits at this moment, as the fleet changes. Its room stays the same. */
export const MatchedContainers = ({ match }: { readonly match: ProtectionMatch }) => {
  const inventory = useInventory();
  const isKnown = inventory.status === "known";
  const found = isKnown && saysAnything(match) ? matchedBy(match, inventory.containers.values(), inventory.hosts) : [];
  return (
    <section aria-label="What it matches now" className="flex h-44 flex-col rounded-control border border-line">
      <p role="status" className="shrink-0 border-line border-b px-2 py-1 text-muted">
        {!isKnown
          ? "The fleet is not known yet."
          : saysAnything(match)
            ? `Matches ${formatPlural(found.length, "container")} now${found.length === 0 ? ", and those that come later" : ""}.`
            : "Say what it protects, and what that matches now appears here."}
      </p>
      <div
        role="region"
        className="min-h-0 flex-1 overflow-y-auto px-2 py-1"
        tabIndex={0}
        aria-label="Matched containers"
      >
        <ul>
          {found.slice(0, SHOWN).map(({ containerId, hostId, name, image }) => (
            <li key={containerId} className="flex min-h-6 items-center gap-2">
              <Link to={containerPath(hostId, containerId)} className="truncate hover:underline">
                {name}
              </Link>
              <span className="min-w-0 flex-1 truncate text-right text-meta text-muted">
                {image} · {isKnown ? inventory.hosts.get(hostId)?.name : ""}
              </span>
            </li>
          ))}
          {found.length > SHOWN ? (
            <li className="text-meta text-muted">and {formatCount(found.length - SHOWN)} more</li>
          ) : null}
        </ul>
      </div>
    </section>
  );
};

import type { AuditRow } from "@yardarm/protocol/api/audit";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { Ban, Check, CircleHelp, Clock, X } from "lucide-react";
import { formatMoment, nsToMs } from "../../format/time.ts";
import { useInventory } from "../../live/live-context.tsx";
import type { AuditSearch } from "./audit-address.ts";
import { auditWords } from "./audit-words.ts";

const OUTCOMES = {
  success: { word: "done", icon: Check, colour: "text-ok" },
  failure: { word: "failed", icon: X, colour: "text-danger" },
  denied: { word: "denied", icon: Ban, colour: "text-warn" },
  pending: { word: "asked", icon: Clock, colour: "text-muted" },
  unknown: { word: "unknown", icon: CircleHelp, colour: "text-warn" },
} as const;

export type AuditEntryProps = {
  readonly row: AuditRow;
  /** Only rows by this actor, or about this target. */
  readonly onNarrow: (narrower: Pick<AuditSearch, "actor" | "target">) => void;
};

/** One row in one line; opened, everything that was written down. */
export const AuditEntry = ({ row, onNarrow }: AuditEntryProps) => {
  const nameOf = useNames();
  const { word, icon: Icon, colour } = OUTCOMES[row.outcome];
  const atMs = nsToMs(row.atNs);
  const actor = row.actor.name === "" ? nameOf(row.actor.id) : row.actor.name;
  const target = row.target === null ? null : row.target.name === "" ? nameOf(row.target.id) : row.target.name;
  return (
    <li className="border-line border-b">
      <details>
        <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5 py-1.5 hover:bg-raised">
          <span className="w-36 shrink-0 text-meta text-muted tabular">{atMs === null ? "–" : formatMoment(atMs)}</span>
          <span className={`inline-flex w-20 shrink-0 items-center gap-1 ${colour}`}>
            <Icon className="size-4 shrink-0" aria-hidden="true" />
            {word}
          </span>
          <span className="w-full min-w-0 break-words phone:w-auto phone:flex-1">
            <span className="font-medium">{actor}</span> {auditWords(row)}{" "}
            {target === null ? null : <span className="font-medium">{target}</span>}
            {row.reason === null ? null : <span className="text-muted"> · “{row.reason}”</span>}
          </span>
        </summary>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-2 pb-3 text-meta">
          <Fact name="Row">{row.seq}</Fact>
          <Fact name="Kind">{row.kind}</Fact>
          <Fact name="By">
            {row.actor.type} {row.actor.id ?? ""}{" "}
            <Narrow id={row.actor.id} words="Only by this one" onClick={(actorId) => onNarrow({ actor: actorId })} />
          </Fact>
          {row.target === null ? null : (
            <Fact name="About">
              {row.target.type} {row.target.id}{" "}
              <Narrow
                id={row.target.id}
                words="Only about this"
                onClick={(targetId) => onNarrow({ target: targetId })}
              />
            </Fact>
          )}
          <Fact name="From">{row.address ?? "no network address"}</Fact>
          {Object.entries(row.details).map(([name, value]) => (
            <Fact key={name} name={name}>
              {String(value)}
            </Fact>
          ))}
          <Fact name="Hash">{row.hash}</Fact>
        </dl>
      </details>
    </li>
  );
};

const Fact = ({ name, children }: { readonly name: string; readonly children: React.ReactNode }) => (
  <>
    <dt className="text-muted">{name}</dt>
    <dd className="min-w-0 break-all font-mono">{children}</dd>
  </>
);

const Narrow = (props: {
  readonly id: string | null;
  readonly words: string;
  readonly onClick: (id: string) => void;
}) => {
  const { id, words, onClick } = props;
  if (id === null) return null;
  return (
    <button type="button" className="min-h-6 font-sans text-accent hover:underline" onClick={() => onClick(id)}>
      {words}
    </button>
  );
};

/** Names of hosts and containers that rows know by their ids only. */
const useNames = (): ((id: string | null) => string) => {
  const inventory = useInventory();
  return (id) => {
    if (id === null) return "Somebody";
    if (inventory.status !== "known") return id;
    return inventory.hosts.get(id as HostId)?.name ?? inventory.containers.get(id as ContainerId)?.name ?? id;
  };
};

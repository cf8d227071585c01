import { Link } from "@tanstack/react-router";
import { ACTION_VERBS, type ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import { ChevronUp } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { mayAct, roleOf } from "../../api/permissions.ts";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { useConnection } from "../../live/live-context.tsx";
import { Button } from "../../ui/Button.tsx";
import { Menu, MenuItem } from "../../ui/Menu.tsx";
import { VERB_NAMES } from "../container/verb-names.ts";
import { PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";

const BulkDialog = lazy(async () => ({ default: (await import("../bulk/BulkDialog.tsx")).BulkDialog }));

/** As many as the hub takes in one plan. */
const MOST = 500;
/** What an address can carry. */
const MOST_LOGS = 40;

export type BulkBarProps = {
  readonly selected: readonly Container[];
  /** Chosen ones that the filter does not show. */
  readonly hidden: number;
  /** How many the filter shows. */
  readonly shown: number;
  readonly onAll: () => void;
  readonly onClear: () => void;
};

/** What can be done to the chosen ones. Its room is there from the start, so that choosing moves nothing. */
export const BulkBar = ({ selected, hidden, shown, onAll, onClear }: BulkBarProps) => {
  const [asked, setAsked] = useState<ActionVerb | null>(null);
  const reasonAgainst = useReasonAgainst(selected.length);
  const isAny = selected.length > 0;
  return (
    <div
      role="group"
      aria-label="Act on several containers"
      className="flex h-12 shrink-0 items-center gap-2 border-line border-t bg-surface px-3"
    >
      <p role="status" className="min-w-0 flex-1 truncate text-muted tabular">
        {isAny ? (
          <>
            <span className="text-text">{formatCount(selected.length)} selected</span>
            {hidden === 0 ? null : `, ${formatCount(hidden)} not shown by the filter`}
          </>
        ) : (
          "None selected"
        )}
      </p>
      {isAny ? (
        <>
          <Button isSmall look="quiet" onClick={onClear}>
            Clear
          </Button>
          <LogsLink selected={selected} />
          <Menu
            trigger={
              <Button look="primary" icon={<ChevronUp className="size-4" aria-hidden="true" />}>
                Act on {formatCount(selected.length)}
              </Button>
            }
          >
            {ACTION_VERBS.map((verb) => (
              <MenuItem
                key={verb}
                disabledReason={reasonAgainst(verb)}
                isDangerous={verb === "KILL"}
                onSelect={() => setAsked(verb)}
              >
                {VERB_NAMES[verb]}
              </MenuItem>
            ))}
          </Menu>
        </>
      ) : (
        <Button isSmall look="quiet" disabledReason={shown === 0 ? "No container is shown." : null} onClick={onAll}>
          Select all {formatCount(shown)}
        </Button>
      )}
      {asked === null ? null : (
        <Suspense>
          <BulkDialog
            verb={asked}
            containerIds={selected.map(({ containerId }) => containerId)}
            onClose={() => setAsked(null)}
            onBegun={onClear}
          />
        </Suspense>
      )}
    </div>
  );
};

const useReasonAgainst = (count: number): ((verb: ActionVerb) => string | null) => {
  const me = useMe();
  const isConnected = useConnection().status === "open";
  return (verb) => {
    if (!mayAct(me, verb)) return `Your role (${roleOf(me)}) may look, but not act.`;
    if (!isConnected) return "Not connected to the hub.";
    return count > MOST ? `At most ${formatPlural(MOST, "container")} can be acted on together.` : null;
  };
};

/** The logs of all chosen ones together. */
const LogsLink = ({ selected }: { readonly selected: readonly Container[] }) => {
  if (selected.length > MOST_LOGS) {
    return (
      <Button isSmall look="quiet" disabledReason={`At most ${MOST_LOGS} logs can be followed together.`}>
        Logs
      </Button>
    );
  }
  return (
    <Link
      to={PATHS.logs}
      search={{ workload: selected.map(({ workloadId }) => workloadId).join(",") }}
      className="inline-flex h-7 items-center rounded-control px-3 font-medium hover:bg-raised"
    >
      Logs
    </Link>
  );
};

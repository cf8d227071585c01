import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MOST_PROTECTION_RULES } from "@yardarm/protocol/limits";
import type { ProtectionRule } from "@yardarm/protocol/protection-schema";
import { Plus } from "lucide-react";
import { useState } from "react";
import { projectsQuery } from "../../../api/org-calls.ts";
import { refusalOf } from "../../../api/permissions.ts";
import { deleteProtectionRule, protectionRulesQuery } from "../../../api/protection-calls.ts";
import { formatPlural } from "../../../format/percent.ts";
import { formatMoment } from "../../../format/time.ts";
import { useInventory } from "../../../live/live-context.tsx";
import { Button } from "../../../ui/Button.tsx";
import { EmptyState } from "../../../ui/EmptyState.tsx";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { useMe } from "../../use-me.ts";
import { useTitle } from "../../use-title.ts";
import { ConfirmDialog } from "../ConfirmDialog.tsx";
import { PageHead } from "../PageHead.tsx";
import { matchedBy } from "./matched.ts";
import { RuleDialog } from "./RuleDialog.tsx";
import { matchWords, SCOPE_WORDS } from "./rule-words.ts";

/** What is open over the list. */
type Layer =
  | { readonly kind: "edit"; readonly rule: ProtectionRule | null }
  | { readonly kind: "delete"; readonly rule: ProtectionRule };

/** The organization's rules that protect containers. */
export const ProtectionPage = () => {
  useTitle("Protection", "Settings");
  const refusal = refusalOf(useMe(), "protection.manage");
  const rules = useQuery(protectionRulesQuery);
  const queryClient = useQueryClient();
  const [layer, setLayer] = useState<Layer | null>(null);
  const count = rules.data?.items.length ?? 0;
  const againstNew =
    count >= MOST_PROTECTION_RULES ? `There are ${MOST_PROTECTION_RULES} rules already, which is the most.` : null;
  const close = (): void => setLayer(null);
  const reload = (): void => void queryClient.invalidateQueries({ queryKey: protectionRulesQuery.queryKey });
  return (
    <div className="flex max-w-220 flex-col gap-4">
      <PageHead
        title="Protection"
        action={
          <Button
            icon={<Plus className="size-4" aria-hidden="true" />}
            disabledReason={refusal ?? againstNew}
            onClick={() => setLayer({ kind: "edit", rule: null })}
          >
            New rule
          </Button>
        }
      >
        Whoever is not an admin can neither stop, restart nor kill a protected container, and not pause it either where
        the rule says so. Admins and owners can, one container at a time, by typing its name and saying why, unless the
        policy on the host forbids that too. The hub and the agent on the host both refuse everybody else. Labels on the
        containers themselves (<code>yardarm.protected</code>) protect in the same way, and Yardarm's own containers are
        always protected.
      </PageHead>
      {refusal === null ? null : <p className="text-muted">You can read the rules. {refusal}</p>}
      <RuleList rules={rules} refusal={refusal} onOpen={setLayer} />
      {layer?.kind === "edit" ? <RuleDialog rule={layer.rule} onClose={close} onDone={reload} /> : null}
      {layer?.kind === "delete" ? (
        <ConfirmDialog
          title="Delete this protection rule?"
          verb="Delete rule"
          run={() => deleteProtectionRule(layer.rule.ruleId)}
          onClose={close}
          onDone={reload}
        >
          Operators can stop what only this rule protects, from the moment that it is gone.
        </ConfirmDialog>
      ) : null}
    </div>
  );
};

type RuleListProps = {
  readonly rules: ReturnType<typeof useQuery<{ readonly items: readonly ProtectionRule[] }>>;
  readonly refusal: string | null;
  readonly onOpen: (layer: Layer) => void;
};

const RuleList = ({ rules, refusal, onOpen }: RuleListProps) => {
  const inventory = useInventory();
  const projects = useQuery(projectsQuery);
  if (rules.isPending) return <SkeletonRows rows={3} label="Loading the rules" />;
  if (rules.isError) return <ProblemState error={rules.error} onRetry={() => void rules.refetch()} />;
  if (rules.data.items.length === 0) {
    return (
      <EmptyState title="No rules yet.">Only labels and Yardarm's own containers protect anything so far.</EmptyState>
    );
  }
  const projectName = (id: string): string =>
    projects.data?.items.find(({ projectId }) => projectId === id)?.name ?? id;
  return (
    <ul className="flex flex-col border-line border-t">
      {rules.data.items.map((rule) => {
        const words = matchWords(rule.match, projectName);
        return (
          <li key={rule.ruleId} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b py-2">
            <div className="min-w-60 flex-1">
              <p className="break-words font-medium">{words}</p>
              <p className="text-muted">
                {SCOPE_WORDS[rule.scope]}: admins only
                {rule.note === "" ? "" : ` · ${rule.note}`}
              </p>
              <p className="text-meta text-muted">
                {inventory.status === "known"
                  ? `Matches ${formatPlural(matchedBy(rule.match, inventory.containers.values(), inventory.hosts).length, "container")} now · `
                  : ""}
                made by {rule.createdBy} on {formatMoment(Date.parse(rule.createdAt))}
              </p>
            </div>
            <div className="flex gap-2">
              <Button
                isSmall
                aria-label={`Change the rule ${words}`}
                disabledReason={refusal}
                onClick={() => onOpen({ kind: "edit", rule })}
              >
                Change
              </Button>
              <Button
                isSmall
                aria-label={`Delete the rule ${words}`}
                disabledReason={refusal}
                onClick={() => onOpen({ kind: "delete", rule })}
              >
                Delete
              </Button>
            </div>
          </li>
        );
      })}
    </ul>
  );
};

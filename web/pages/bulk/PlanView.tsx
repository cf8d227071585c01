import type { ActionPlan } from "@yardarm/protocol/api/bulk-actions";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { EXCLUSION_ORDER, EXCLUSION_WORDS, hostsWords } from "./bulk-words.ts";

/** What a plan would touch, and what not, with the reasons. */
export const PlanView = ({ plan }: { readonly plan: ActionPlan }) => {
  const { targets, excluded } = plan;
  return (
    <div
      role="region"
      aria-label="What would happen"
      tabIndex={0}
      className="h-[min(320px,40dvh)] overflow-y-auto rounded-control border border-line"
    >
      <section className="p-2">
        <h3 className="font-medium">
          {targets.length === 0 ? "Nothing is left to act on" : `Acts on ${formatPlural(targets.length, "container")}`}
        </h3>
        {targets.length === 0 ? null : <p className="text-meta text-muted">{hostsWords(targets)}</p>}
        <ul>
          {targets.map(({ containerId, name, hostName }) => (
            <li key={containerId} className="flex gap-3">
              <span className="min-w-0 flex-1 truncate">{name}</span>
              <span className="max-w-1/2 truncate text-muted">{hostName}</span>
            </li>
          ))}
        </ul>
      </section>
      {EXCLUSION_ORDER.map((why) => {
        const left = excluded.filter((one) => one.why === why);
        if (left.length === 0) return null;
        return (
          <section key={why} className="border-line border-t p-2">
            <h3 className="font-medium">
              {EXCLUSION_WORDS[why]}: left out ({formatCount(left.length)})
            </h3>
            <ul>
              {left.map(({ containerId, name, hostName, reason }) => (
                <li key={containerId}>
                  <span className="flex gap-3">
                    <span className="min-w-0 flex-1 truncate">{name === "" ? <code>{containerId}</code> : name}</span>
                    <span className="max-w-1/2 truncate text-muted">{hostName}</span>
                  </span>
                  <span className="block text-meta text-muted">{reason}</span>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
};

import type { Host } from "@yardarm/protocol/host";
import { Facts } from "../Facts.tsx";
import { policyFacts, policySentence } from "./policy-words.ts";

/** What the host's owner permits. It is shown, not changed, here: the hub cannot widen it. */
export const PolicyTab = ({ host: { policy, status } }: { readonly host: Host }) => (
  <div className="flex flex-col gap-3 overflow-y-auto p-3" tabIndex={0} role="region" aria-label="Policy">
    {policy === undefined ? (
      <p>
        {status === "online" ? "The agent has not said yet." : "The agent has not been heard since the hub started."}
      </p>
    ) : (
      <>
        <p className={policy.mode === "invalid" ? "text-danger" : undefined}>{policySentence(policy)}</p>
        <Facts facts={policyFacts(policy)} />
      </>
    )}
    <p className="text-meta text-muted">
      The agent decides by a file on the host itself. Nobody can widen it from here, not even an owner.
    </p>
  </div>
);

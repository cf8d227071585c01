import { Link } from "@tanstack/react-router";
import type { Host } from "@yardarm/protocol/host";
import type { HostId } from "@yardarm/protocol/ids";
import { Check, CircleDashed, X } from "lucide-react";
import { useHost, useInventory } from "../../live/live-context.tsx";
import { ApproveAgent } from "../host/ApproveAgent.tsx";
import { hostPath } from "../paths.ts";
import { type EnrollmentStep, enrollmentSteps, hasArrived } from "./enrollment-steps.ts";

const LOOKS = {
  done: { icon: Check, className: "text-ok", said: "Done: " },
  waiting: { icon: CircleDashed, className: "text-muted", said: "Waiting: " },
  failed: { icon: X, className: "text-danger", said: "Failed: " },
} as const;

export type EnrollmentTicksProps = {
  readonly hostId: HostId;
  /** A host that joins again as it was: its earlier arrival is not the one that is watched. */
  readonly before: Host | null;
};

/** A host's arrival, live. */
export const EnrollmentTicks = ({ hostId, before }: EnrollmentTicksProps) => {
  const known = useHost(hostId);
  const host = hasArrived(known, before) ? known : undefined;
  const inventory = useInventory();
  const containers =
    inventory.status === "known" && host !== undefined && host.approval === undefined
      ? [...inventory.containers.values()].filter((container) => container.hostId === hostId).length
      : 0;
  return (
    <div className="flex flex-col gap-2">
      <div role="status">
        <ul className="flex flex-col gap-1">
          {enrollmentSteps(host, containers).map((step) => (
            <Tick key={step.text} step={step} />
          ))}
        </ul>
      </div>
      {host?.approval === undefined ? null : <ApproveAgent host={host} approval={host.approval} />}
      {containers > 0 ? (
        <Link to={hostPath(hostId)} className="text-accent underline">
          Show its containers
        </Link>
      ) : null}
    </div>
  );
};

const Tick = ({ step }: { readonly step: EnrollmentStep }) => {
  const { icon: Icon, className, said } = LOOKS[step.state];
  return (
    <li className="flex items-start gap-2">
      <Icon className={`mt-0.5 size-4 shrink-0 ${className}`} aria-hidden="true" />
      <span className="min-w-0">
        <span className="only-read-aloud">{said}</span>
        {step.text}
        {step.detail === undefined ? null : (
          <span className="block break-all font-mono text-meta text-muted">{step.detail}</span>
        )}
      </span>
    </li>
  );
};

/**
 * The host owner's policy, asked before every action and before anything of a container is read. It only ever restricts,
 * and nothing that a hub says changes it.
 */
import type { ActionVerb } from "@yardarm/protocol/action";
import type { HostPolicy as HostPolicySummary } from "@yardarm/protocol/host";
import { describeMatch, isMatched, type PolicyContainer } from "./container-match.ts";
import { OPEN_POLICY, type Policy } from "./policy.ts";
import type { PolicyRead } from "./policy-file.ts";

/** As long as it may be on the wire. */
const REASON_CHARACTERS = 256;

export class HostPolicy {
  readonly #policy: Policy;
  /** Why the file cannot be relied on; `null` when it can, or there is none. */
  readonly #invalid: string | null;
  readonly #hasFile: boolean;

  constructor(read: PolicyRead) {
    this.#policy = read.kind === "valid" ? read.policy : OPEN_POLICY;
    this.#invalid = read.kind === "invalid" ? cut(read.reason) : null;
    this.#hasFile = read.kind === "valid";
  }

  /** Why the file cannot be relied on, for people; `null` when nothing is wrong. */
  get invalidReason(): string | null {
    return this.#invalid;
  }

  /** The rules by which log text is redacted. */
  get redact(): readonly string[] {
    return this.#policy.redact;
  }

  /** False: whatever protects a container cannot be overridden from the hub. */
  get mayOverrideProtection(): boolean {
    return this.#invalid === null && this.#policy.protectedOverride === "allow";
  }

  /** The sentence with which the action is refused, or `null`. */
  refuseAction(verb: ActionVerb, container: PolicyContainer): string | null {
    if (this.#invalid !== null) return `This host is read-only: ${this.#invalid}`;
    const { readOnly, actions } = this.#policy;
    if (readOnly) return "The owner of this host has made it read-only.";
    if (!actions.allow.includes(verb)) return `The owner of this host does not allow ${verb}.`;
    const denied = actions.deny.find((match) => isMatched(container, match));
    return denied === undefined
      ? null
      : cut(`The owner of this host allows no actions on this container (${describeMatch(denied)}).`);
  }

  /** The sentence that says why this container's log is not read, or `null` when it may be. */
  refuseLogs(container: PolicyContainer): string | null {
    // A file that cannot be understood may have asked for redaction: until it can, no text leaves the host.
    if (this.#invalid !== null) return cut(`No log is read: ${this.#invalid}`);
    const { logs, deny } = this.#policy.reads;
    if (!logs) return "The owner of this host keeps its logs to it.";
    const denied = deny.find((match) => isMatched(container, match));
    return denied === undefined ? null : cut(`The owner of this host keeps this log to it (${describeMatch(denied)}).`);
  }

  /** Whether older lines may be read from the engine's own log on request, without being stored. */
  mayReadThrough(container: PolicyContainer): boolean {
    return this.#policy.reads.readThrough && this.refuseLogs(container) === null;
  }

  /** Whether the values of the container's environment may be shown. */
  mayRevealEnvironment(container: PolicyContainer): boolean {
    if (this.#invalid !== null) return false;
    const { environment, deny } = this.#policy.reads;
    return environment && !deny.some((match) => isMatched(container, match));
  }

  /** What the hub is told: how strict the policy is, not whom it names. */
  get summary(): HostPolicySummary {
    const { readOnly, actions, reads, redact } = this.#policy;
    const isReadOnly = readOnly || this.#invalid !== null;
    return {
      mode: this.#invalid !== null ? "invalid" : !this.#hasFile ? "none" : readOnly ? "read_only" : "enforced",
      reason: this.#invalid,
      allowedVerbs: isReadOnly ? [] : [...actions.allow],
      protectedOverride: this.mayOverrideProtection,
      logs: this.#invalid === null && reads.logs,
      readThrough: this.#invalid === null && reads.logs && reads.readThrough,
      environment: this.#invalid === null && reads.environment,
      deniedActions: actions.deny.length,
      deniedReads: reads.deny.length,
      redactionRules: redact.length,
    };
  }
}

const cut = (text: string): string =>
  text.length <= REASON_CHARACTERS ? text : `${text.slice(0, REASON_CHARACTERS - 1)}…`;

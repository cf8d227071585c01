/** What the host's owner allows: the content of the policy file, checked. */
import type { ActionVerb } from "@yardarm/protocol/action";
import type { ContainerMatch } from "./container-match.ts";

export type Policy = {
  readonly readOnly: boolean;
  readonly actions: { readonly allow: readonly ActionVerb[]; readonly deny: readonly ContainerMatch[] };
  /** `never`: an Admin of the hub cannot override what protects a container. */
  readonly protectedOverride: "allow" | "never";
  readonly reads: {
    readonly logs: boolean;
    readonly readThrough: boolean;
    readonly environment: boolean;
    /** Containers of which nothing is read. */
    readonly deny: readonly ContainerMatch[];
  };
  /** Rules as `redaction-rules.ts` knows them. */
  readonly redact: readonly string[];
};

export const ALL_VERBS: readonly ActionVerb[] = ["START", "STOP", "RESTART", "PAUSE", "UNPAUSE", "KILL"];

/** A host without a file: its owner relies on the hub's roles and on labels. */
export const OPEN_POLICY: Policy = {
  readOnly: false,
  actions: { allow: ALL_VERBS, deny: [] },
  protectedOverride: "allow",
  reads: { logs: true, readThrough: true, environment: true, deny: [] },
  redact: [],
};

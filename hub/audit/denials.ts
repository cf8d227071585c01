import type { ErrorCode } from "@yardarm/protocol/errors";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import type { AuditChain } from "./audit-chain.ts";
import type { AuditActor } from "./audit-row.ts";

/** A first refusal is written at once; what follows of the same kind within this time becomes one row with a count. */
const WINDOW_MS = 60_000;
/** Kinds counted at once; what comes beyond them is counted together, one row per org and window. */
const MOST_KINDS = 1_000;

export type Denial = {
  readonly orgId: OrgId;
  readonly actor: AuditActor;
  readonly permission: string;
  readonly code: ErrorCode;
  /** What was to be acted on, where it was an action. */
  readonly action?: { readonly verb: string; readonly containerId: ContainerId; readonly name: string } | undefined;
  /** `null` for what was asked over a socket that stood already. */
  readonly address: string | null;
};

export interface DenialsOptions {
  readonly audit: Pick<AuditChain, "append">;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** Told of rows that could not be written: what was denied stays denied. */
  readonly report: (error: unknown) => void;
}

type Counted = { readonly denial: Denial; count: number; readonly cancel: () => void };

/**
 * What was asked for and not allowed, as audit rows. Somebody who hammers at a door fills no table: at most two rows a
 * minute for each person and permission.
 */
export class Denials {
  readonly #options: DenialsOptions;
  readonly #open = new Map<string, Counted>();

  constructor(options: DenialsOptions) {
    this.#options = options;
  }

  /** Never throws and never waits. */
  record(denial: Denial): void {
    const { orgId, actor, permission, code, action } = denial;
    const own = `${orgId} ${actor.id} ${permission} ${code} ${action?.containerId ?? ""}`;
    if (this.#count(own)) return;
    if (this.#open.size < MOST_KINDS) {
      this.#begin(own, denial);
      return;
    }
    const together: Denial = {
      ...denial,
      actor: { ...actor, id: null, name: "several" },
      permission: "several",
      action: undefined,
    };
    if (!this.#count(orgId)) this.#begin(orgId, together);
  }

  /** Writes what was counted so far. Call it before the storage closes. */
  async flush(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((key) => this.#end(key)));
  }

  #count(key: string): boolean {
    const counted = this.#open.get(key);
    if (counted === undefined) return false;
    counted.count += 1;
    return true;
  }

  #begin(key: string, denial: Denial): void {
    const cancel = this.#options.after(WINDOW_MS, () => void this.#end(key));
    this.#open.set(key, { denial, count: 0, cancel });
    void this.#write(denial, 1);
  }

  async #end(key: string): Promise<void> {
    const counted = this.#open.get(key);
    if (counted === undefined) return;
    this.#open.delete(key);
    counted.cancel();
    if (counted.count > 0) await this.#write(counted.denial, counted.count);
  }

  async #write({ orgId, actor, permission, code, address, action }: Denial, count: number): Promise<void> {
    try {
      await this.#options.audit.append(orgId, {
        kind: action === undefined ? "access.denied" : "action.denied",
        actor,
        target: action === undefined ? null : { type: "container", id: action.containerId, name: action.name },
        address,
        reason: null,
        outcome: "denied",
        details: { permission, code, count, ...(action === undefined ? {} : { verb: action.verb }) },
      });
    } catch (error) {
      this.#options.report(error);
    }
  }
}

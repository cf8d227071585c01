/**
 * What this agent accepted and how it ended, so that no action ever runs twice (ACTN-08): one JSON line per event, on the
 * disk before anything is done. Entries outlive their deadline by a day; a full journal refuses, it never forgets.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { ActionVerb } from "@yardarm/protocol/action";
import type { ActionResult } from "@yardarm/protocol/agent-up/action-result";
import type { ActionId, DockerId } from "@yardarm/protocol/ids";
import type { Intent } from "@yardarm/protocol/schema";

export type AcceptedAction = {
  readonly actionId: ActionId;
  readonly dockerId: DockerId;
  readonly verb: ActionVerb;
  /** ns since the epoch, as a decimal string. */
  readonly deadlineNs: string;
  /** The audit row in which the hub wrote down that somebody wants this. */
  readonly intent: Intent;
};

export type JournalEntry = { readonly action: AcceptedAction; readonly result: ActionResult | null };

type JournalLine =
  | { readonly event: "witnessed"; readonly intent: Intent }
  | { readonly event: "accepted"; readonly action: AcceptedAction }
  | { readonly event: "settled"; readonly actionId: ActionId; readonly result: ActionResult };

const KEPT_AFTER_DEADLINE_NS = 24n * 3_600n * 1_000_000_000n;
export const JOURNAL_ENTRIES = 10_000;

export class ActionJournal {
  readonly #path: string;
  readonly #limit: number;
  readonly #entries = new Map<ActionId, JournalEntry>();
  #witness: Intent | null = null;
  #file: number;

  /**
   * Opens or makes the journal, without entries that nobody can ask for any more at `nowNs`.
   * Throws when the file cannot be read or written.
   */
  constructor(path: string, nowNs: bigint, limit: number = JOURNAL_ENTRIES) {
    this.#path = path;
    this.#limit = limit;
    for (const line of readLines(path)) this.#replay(line);
    for (const [actionId, { action }] of this.#entries) {
      if (BigInt(action.deadlineNs) + KEPT_AFTER_DEADLINE_NS < nowNs) this.#entries.delete(actionId);
    }
    this.#rewrite();
    this.#file = openSync(path, "a", 0o600);
  }

  get isFull(): boolean {
    return this.#entries.size >= this.#limit;
  }

  /** The newest intent of all that were ever accepted: it outlives their entries. */
  get witness(): Intent | null {
    return this.#witness;
  }

  find(actionId: ActionId): JournalEntry | undefined {
    return this.#entries.get(actionId);
  }

  /** Durable when it returns. Throws when it cannot be: then nothing may be done. */
  accept(action: AcceptedAction): void {
    this.#append({ event: "accepted", action });
    this.#entries.set(action.actionId, { action, result: null });
    this.#remember(action.intent);
  }

  /** Durable when it returns. */
  settle(actionId: ActionId, result: ActionResult): void {
    const entry = this.#entries.get(actionId);
    if (entry === undefined) throw new Error(`The action ${actionId} was never accepted.`);
    this.#append({ event: "settled", actionId, result });
    this.#entries.set(actionId, { ...entry, result });
  }

  close(): void {
    closeSync(this.#file);
  }

  #append(line: JournalLine): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#file);
  }

  #replay(line: JournalLine): void {
    switch (line.event) {
      case "witnessed":
        this.#remember(line.intent);
        return;
      case "accepted":
        this.#entries.set(line.action.actionId, { action: line.action, result: null });
        this.#remember(line.action.intent);
        return;
      case "settled": {
        const entry = this.#entries.get(line.actionId);
        if (entry !== undefined) this.#entries.set(line.actionId, { ...entry, result: line.result });
      }
    }
  }

  #remember(intent: Intent): void {
    if (this.#witness === null || intent.seq > this.#witness.seq) this.#witness = intent;
  }

  /** Leaves out what has expired, and the half line of a crash. */
  #rewrite(): void {
    const lines: JournalLine[] = this.#witness === null ? [] : [{ event: "witnessed", intent: this.#witness }];
    for (const [actionId, { action, result }] of this.#entries) {
      lines.push({ event: "accepted", action });
      if (result !== null) lines.push({ event: "settled", actionId, result });
    }
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, "w", 0o600);
    try {
      writeSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.#path);
    const directory = openSync(dirname(this.#path), "r");
    fsyncSync(directory);
    closeSync(directory);
  }
}

/** A line without its end was being written when the machine stopped: what it says was never acted on, or is asked for again. */
const readLines = (path: string): JournalLine[] => {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as JournalLine);
};

/**
 * What this agent accepted and how it ended, so that no action ever runs twice (ACTN-08): one JSON line per event, on the
 * disk before anything is done. Entries outlive their deadline by a day; a full journal refuses, it never forgets.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { ActionVerb } from "@yardarm/protocol/action";
import type { ActionResult } from "@yardarm/protocol/agent-up/action-result";
import type { ContainerState } from "@yardarm/protocol/container";
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
  /** The container before anything was done to it: what an agent that starts again tells success by. */
  readonly before: { readonly state: ContainerState; readonly startedAtNs: string | null };
};

export type JournalEntry = { readonly action: AcceptedAction; readonly result: ActionResult | null };

type JournalLine =
  | { readonly event: "witnessed"; readonly intent: Intent }
  | { readonly event: "accepted"; readonly action: AcceptedAction }
  | { readonly event: "settled"; readonly actionId: ActionId; readonly result: ActionResult };

const KEPT_AFTER_DEADLINE_NS = 24n * 3_600n * 1_000_000_000n;
const JOURNAL_ENTRIES = 10_000;

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
    try {
      this.#rewrite();
    } catch (error) {
      // A full disk stops no agent: what is there goes on being obeyed, and nothing new is accepted.
      if (!isFullDisk(error)) throw error;
    }
    this.#file = openSync(path, "a", 0o600);
    this.#cut(wholeLinesBytes(path));
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

  /** Accepted, and without a result. */
  unfinished(): readonly AcceptedAction[] {
    return [...this.#entries.values()].flatMap(({ action, result }) => (result === null ? [action] : []));
  }

  /**
   * Durable when it returns, unless the disk is full: then the result is known to this process alone, and the next one looks at
   * the container again.
   */
  settle(actionId: ActionId, result: ActionResult): void {
    const entry = this.#entries.get(actionId);
    if (entry === undefined) throw new Error(`The action ${actionId} was never accepted.`);
    this.#entries.set(actionId, { ...entry, result });
    try {
      this.#append({ event: "settled", actionId, result });
    } catch {
      // What was done was done.
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #append(line: JournalLine): void {
    const sizeBytes = fstatSync(this.#file).size;
    try {
      writeWhole(this.#file, `${JSON.stringify(line)}\n`);
      fsyncSync(this.#file);
    } catch (error) {
      // The next line must not become the end of half a one.
      this.#cut(sizeBytes);
      throw error;
    }
  }

  #cut(sizeBytes: number): void {
    if (fstatSync(this.#file).size > sizeBytes) ftruncateSync(this.#file, sizeBytes);
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
      writeWhole(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
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

/** A disk that fills up takes a part of it and says nothing. */
const writeWhole = (file: number, text: string): void => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
};

const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");

/** Up to the end of the last line that has one. */
const wholeLinesBytes = (path: string): number => readFileSync(path).lastIndexOf(10) + 1;

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

/** What one answer may cost: beyond it the answer is a part, and says so. */
export interface BudgetLimits {
  readonly ms: number;
  /** Bytes of opened chunks. */
  readonly rawBytes: number;
}

export const SCAN_BUDGET: BudgetLimits = { ms: 2_000, rawBytes: 1024 * 1024 * 1024 };

export class ScanBudget {
  readonly #limits: BudgetLimits;
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;
  #rawBytes = 0;

  constructor(limits: BudgetLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
  }

  get limitBytes(): number {
    return this.#limits.rawBytes;
  }

  get rawBytes(): number {
    return this.#rawBytes;
  }

  spend(rawBytes: number): void {
    this.#rawBytes += rawBytes;
  }

  get isSpent(): boolean {
    return this.#rawBytes >= this.#limits.rawBytes || this.#nowMs() - this.#startedAtMs >= this.#limits.ms;
  }
}

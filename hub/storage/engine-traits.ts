/** Where the two database engines differ. Queries and migrations ask a trait, never for a product. */
export interface EngineTraits {
  /** `SELECT … FOR UPDATE` exists and is needed. Without it every transaction that writes is alone anyway. */
  readonly locksRows: boolean;
  /** Statements that make every later UPDATE, DELETE (and TRUNCATE, where it exists) of `table` fail. */
  readonly forbidChanges: (table: string) => readonly string[];
}

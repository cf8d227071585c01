import type { LogReader } from "../log-reader.ts";
import { NO_ROWS } from "./log-rows.ts";
import type { LogRowList, RowsWanted } from "./row-list.ts";

/** The rows of a reader as they are now, made once for each of its versions. */
export class CurrentRows {
  readonly #reader: Pick<LogReader, "version" | "hasOpened">;
  readonly #build: (wanted: RowsWanted) => LogRowList;
  readonly #wanted: RowsWanted;
  #version: number | null = null;
  #rows: LogRowList = NO_ROWS;

  constructor(
    reader: Pick<LogReader, "version" | "hasOpened">,
    build: (wanted: RowsWanted) => LogRowList,
    wanted: RowsWanted,
  ) {
    this.#reader = reader;
    this.#build = build;
    this.#wanted = wanted;
  }

  readonly now = (): LogRowList => (this.#reader.version() === this.#version ? this.#rows : this.renew());

  /** The same with what has come since the version: for whoever looks at more of the reader than its rows. */
  renew(): LogRowList {
    this.#version = this.#reader.version();
    this.#rows = this.#reader.hasOpened ? this.#build(this.#wanted) : NO_ROWS;
    return this.#rows;
  }
}

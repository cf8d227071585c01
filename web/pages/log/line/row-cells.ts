import { fieldAt, fieldText, type StructuredLine } from "../../../workers/line-shape.ts";
import type { LineMatcher } from "../../../workers/pattern.ts";
import { columnWidth } from "../columns/columns.ts";
import { fill, span } from "./row-dom.ts";
import { markTokens } from "./search-highlight.ts";
import { visibleText } from "./visible-text.ts";

/** The values of a line's chosen fields, each in a box as wide as its column; a line that has no such field has an empty one. */

/** More than the widest column shows; the line's details have all of it. */
const SHOWN_CHARACTERS = 200;
const EXPLAINED_CHARACTERS = 2_000;

export class RowCells {
  readonly #element = span("yd-cells");
  #values: readonly string[] = [];

  get cells(): readonly HTMLElement[] {
    return [...this.#element.children].filter((cell) => cell instanceof HTMLElement);
  }

  /** `null` for a line without fields. */
  show(line: StructuredLine | null, keys: readonly string[], marked: LineMatcher | null): void {
    this.#values = keys.map((key) => valueText(line, key));
    while (this.#element.childElementCount > keys.length) this.#element.lastElementChild?.remove();
    while (this.#element.childElementCount < keys.length) this.#element.append(cellAt(this.#element.childElementCount));
    for (const [index, cell] of this.cells.entries()) {
      const text = visibleText((this.#values[index] ?? "").slice(0, SHOWN_CHARACTERS));
      fill(cell, markTokens([{ text }], marked));
      cell.removeAttribute("title");
    }
  }

  placeBefore(body: Element): void {
    if (this.#element.nextSibling !== body) body.before(this.#element);
  }

  /** Says the whole of a value that is cut, and what a click on it does. */
  explain(target: Element, keys: readonly string[]): void {
    const index = [...this.#element.children].indexOf(target);
    const value = this.#values[index] ?? "";
    if (value === "") return;
    const text = visibleText(value.slice(0, EXPLAINED_CHARACTERS));
    target.setAttribute(
      "title",
      `${visibleText(keys[index] ?? "")}: ${text}\nClick: only lines with it. Alt and click: no lines with it.`,
    );
  }
}

const cellAt = (index: number): HTMLSpanElement => {
  const cell = span("yd-cell");
  cell.dataset.column = `${index}`;
  cell.style.width = columnWidth(index);
  return cell;
};

const valueText = (line: StructuredLine | null, key: string): string => {
  const value = line === null ? undefined : fieldAt(line, key);
  return value === undefined ? "" : fieldText(value);
};

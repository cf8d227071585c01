import type { RowElement } from "../line/row-element.ts";

/**
 * Names the current line to assistive technology while it is in the document, as the active descendant of what has the focus. Only that
 * row has an id and a role: no other one is ever pointed at.
 */
export class ActiveLine {
  #named: readonly Element[] = [];
  #id: string | null = null;

  /** After rows were drawn. `row` is that of the current line; `undefined` when it is not drawn, or when there is none. */
  show(pane: Element, row: RowElement | undefined): void {
    const id = row === undefined ? null : `yd-line-${row.key}`;
    const texts = row?.texts ?? [];
    // A row that stays may have got other parts; one that went may be another line's by now.
    const isSame =
      id === this.#id && row?.element === this.#named[0] && texts.every((text) => this.#named.includes(text));
    if (isSame) return;
    for (const element of this.#named) for (const name of ATTRIBUTES) element.removeAttribute(name);
    this.#id = id;
    this.#named = row === undefined ? [] : [row.element, ...texts];
    if (row === undefined || id === null) {
      pane.removeAttribute("aria-activedescendant");
      return;
    }
    row.element.id = id;
    row.element.setAttribute("role", "group");
    // What the line says is what is read; its stamp and level are not read with each step.
    for (const [index, text] of texts.entries()) text.id = `${id}-${index}`;
    row.element.setAttribute("aria-labelledby", texts.map((text) => text.id).join(" "));
    pane.setAttribute("aria-activedescendant", id);
  }
}

const ATTRIBUTES = ["id", "role", "aria-labelledby"] as const;

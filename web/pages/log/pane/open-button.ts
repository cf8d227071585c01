import type { RowElement } from "../line/row-element.ts";

/** What it stands at: the line that is pointed at, or else the current one. */
export type OpenButtonPlace = {
  readonly currentSeq: number | null;
  /** The line whose details are open. */
  readonly openSeq: number | null;
  readonly rowOf: (seq: number) => RowElement | undefined;
};

/**
 * Places the button that opens a line. It is one for all rows, over the room that each row keeps for it: rows that rush by cost nothing, and
 * nothing moves when it appears. It is moved by a transform, which is no shift of the layout.
 */
export class OpenButton {
  #pointedSeq: number | null = null;
  #seq: number | null = null;

  /** The line that a click on it opens; `null` while it is not shown. */
  get seq(): number | null {
    return this.#seq;
  }

  /** The pointer came to this line, or to none. */
  pointAt(seq: number | null): void {
    this.#pointedSeq = seq;
  }

  /** After rows were drawn. When it goes while it has the focus, `pane` gets that. */
  show(button: HTMLElement, pane: HTMLElement, { currentSeq, openSeq, rowOf }: OpenButtonPlace): void {
    if (this.#pointedSeq === null && currentSeq === null && this.#seq === null) return;
    const hasFocus = document.activeElement === button;
    // Whoever works with the keyboard keeps it, wherever the pointer rests.
    const wanted = hasFocus ? [currentSeq] : [this.#pointedSeq, currentSeq];
    this.#seq = wanted.find((seq) => seq !== null && rowOf(seq) !== undefined) ?? null;
    const row = this.#seq === null ? undefined : rowOf(this.#seq);
    if (row === undefined) {
      if (hasFocus) pane.focus({ preventScroll: true });
      button.hidden = true;
      return;
    }
    const transform = `translateY(${row.element.style.top})`;
    if (button.style.transform !== transform) button.style.transform = transform;
    const isExpanded = `${this.#seq === openSeq}`;
    if (button.ariaExpanded !== isExpanded) button.ariaExpanded = isExpanded;
    if (button.hidden) button.hidden = false;
  }
}

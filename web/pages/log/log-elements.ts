/** The two elements that commands reach for: the lines and the search field. */
export class LogElements {
  #pane: HTMLDivElement | null = null;
  #field: HTMLInputElement | null = null;

  get pane(): HTMLDivElement | null {
    return this.#pane;
  }

  get field(): HTMLInputElement | null {
    return this.#field;
  }

  /** As `ref` of the element. */
  readonly setPane = (element: HTMLDivElement | null): void => {
    this.#pane = element;
  };

  readonly setField = (element: HTMLInputElement | null): void => {
    this.#field = element;
  };
}

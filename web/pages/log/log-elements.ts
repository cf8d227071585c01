/** The elements that commands reach for: what scrolls, what holds the rows, and the search field. */
export class LogElements {
  #pane: HTMLDivElement | null = null;
  #list: HTMLDivElement | null = null;
  #field: HTMLInputElement | null = null;

  get pane(): HTMLDivElement | null {
    return this.#pane;
  }

  get list(): HTMLDivElement | null {
    return this.#list;
  }

  get field(): HTMLInputElement | null {
    return this.#field;
  }

  /** As `ref` of the element. */
  readonly setPane = (element: HTMLDivElement | null): void => {
    this.#pane = element;
  };

  readonly setList = (element: HTMLDivElement | null): void => {
    this.#list = element;
  };

  readonly setField = (element: HTMLInputElement | null): void => {
    this.#field = element;
  };
}

/** The elements that commands reach for: what scrolls, what holds the rows, the button that opens a line, and the search field. */
export class LogElements {
  #pane: HTMLDivElement | null = null;
  #list: HTMLDivElement | null = null;
  #opener: HTMLButtonElement | null = null;
  #field: HTMLInputElement | null = null;

  get pane(): HTMLDivElement | null {
    return this.#pane;
  }

  get list(): HTMLDivElement | null {
    return this.#list;
  }

  get opener(): HTMLButtonElement | null {
    return this.#opener;
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

  readonly setOpener = (element: HTMLButtonElement | null): void => {
    this.#opener = element;
  };

  readonly setField = (element: HTMLInputElement | null): void => {
    this.#field = element;
  };
}

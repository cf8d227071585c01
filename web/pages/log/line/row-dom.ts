import type { LineToken } from "./line-tokens.ts";

/** What a row's elements are made and filled with. Text only ever becomes text nodes. */

export const span = (className: string): HTMLSpanElement => {
  const element = document.createElement("span");
  element.className = className;
  return element;
};

/** Replaces what an element holds by tokens; a single plain one only changes the text node that is there. */
export const fill = (element: HTMLElement, tokens: readonly LineToken[]): void => {
  const [only] = tokens;
  if (only === undefined || (tokens.length === 1 && isPlain(only))) {
    setText(element, only?.text ?? "");
    return;
  }
  element.replaceChildren(...tokens.map(nodeOf));
};

const isPlain = ({ href, className, colour, background }: LineToken): boolean =>
  href === undefined && className === undefined && colour === undefined && background === undefined;

const nodeOf = (token: LineToken): Node | string => {
  const { text, href, className, title, colour, background } = token;
  if (href !== undefined) {
    const link = document.createElement("a");
    link.href = href;
    link.target = "_blank";
    link.rel = "noreferrer";
    link.tabIndex = -1;
    if (className !== undefined) link.className = className;
    link.textContent = text;
    return link;
  }
  if (isPlain(token)) return text;
  const element = span(className ?? "");
  if (colour !== undefined) element.style.color = colour;
  if (background !== undefined) element.style.background = background;
  if (title !== undefined) element.title = title;
  element.textContent = text;
  return element;
};

export const setText = (element: HTMLElement, text: string): void => {
  const { firstChild } = element;
  if (firstChild instanceof Text && firstChild.nextSibling === null) {
    if (firstChild.data !== text) firstChild.data = text;
  } else element.textContent = text;
};

export const setData = (element: HTMLElement, name: string, value: string | null): void => {
  if (value === null) delete element.dataset[name];
  else if (element.dataset[name] !== value) element.dataset[name] = value;
};

export const setFlag = (element: HTMLElement, name: string, isSet: boolean): void => {
  if (element.hasAttribute(name) !== isSet) element.toggleAttribute(name, isSet);
};

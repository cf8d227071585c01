/** Theme tokens as colours for a canvas, which knows neither variables nor `light-dark()`. */
export const resolveColours = (element: HTMLElement, tokens: readonly string[]): ReadonlyMap<string, string> => {
  const colours = new Map<string, string>();
  const own = element.style.color;
  for (const token of tokens) {
    if (colours.has(token)) continue;
    element.style.color = `var(${token})`;
    colours.set(token, getComputedStyle(element).color);
  }
  element.style.color = own;
  return colours;
};

/** A line cut where what was looked for stands in it; capitals do not matter, as in the hub's search. */
export const markFound = (
  text: string,
  find: string,
): readonly { readonly text: string; readonly isFound: boolean }[] => {
  const [low, wanted] = [text.toLowerCase(), find.toLowerCase()];
  // A few letters grow when lowered, and positions would shift.
  if (wanted === "" || low.length !== text.length) return [{ text, isFound: false }];
  const parts: { text: string; isFound: boolean }[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), isFound: false });
    parts.push({ text: text.slice(at, at + wanted.length), isFound: true });
    from = at + wanted.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isFound: false });
  return parts;
};

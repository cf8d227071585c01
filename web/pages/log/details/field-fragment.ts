import { type FieldValue, fieldText, SHAPE_JSON } from "../../../workers/line-shape.ts";

/**
 * The piece of a line that says that a field has its value, as it is written there: `"pid":1,` and not every 1. Lines that write the
 * field in the same way have it too. Where a line does not say it in one piece it is the value itself.
 *
 * @param path the field's name with those of what it is inside of; absent for the message, which is looked for wherever it stands
 */
export const fieldFragment = (text: string, shape: number, path: string | undefined, value: FieldValue): string => {
  const plain = fieldText(value);
  if (path === undefined || plain === "") return plain;
  for (const name of namesOf(path)) {
    const found = (shape === SHAPE_JSON ? jsonPair(name, value) : plainPair(name, plain)).exec(text);
    if (found !== null) return found[0];
  }
  return plain;
};

/** `a.b` is a name of its own, or `b` inside of `a`. */
const namesOf = (path: string): readonly string[] => [
  path,
  ...(path.includes(".") ? [path.slice(path.lastIndexOf(".") + 1)] : []),
];

/** A text ends with its quote; what ends a number says that it is not the beginning of a longer one. */
const jsonPair = (name: string, value: FieldValue): RegExp => {
  const end = typeof value === "string" ? "" : String.raw`\s*[,}]`;
  return new RegExp(`${literally(JSON.stringify(name))}\\s*:\\s*${literally(JSON.stringify(value))}${end}`);
};

/** `name=value` or `name="value"`, up to where the next pair begins. */
const plainPair = (name: string, value: string): RegExp =>
  new RegExp(`(?<![^\\s])${literally(name)}=(?:${literally(JSON.stringify(value))}|${literally(value)}(?:\\s|$))`);

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

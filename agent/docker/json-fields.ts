/**
 * Reads fields out of JSON whose shape nobody vouches for. Each reader returns its zero value (`{}`, `[]`, `""`, `null`)
 * for anything of another type, because one odd field of one container must not hide the container.
 */
export type JsonObject = { readonly [key: string]: unknown };

const EMPTY: JsonObject = Object.freeze({});

export const objectAt = (parent: JsonObject, key: string): JsonObject => asObject(parent[key]);

export const asObject = (value: unknown): JsonObject => (isObject(value) ? value : EMPTY);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const arrayAt = (parent: JsonObject, key: string): readonly unknown[] => {
  const value = parent[key];
  return Array.isArray(value) ? value : [];
};

export const textAt = (parent: JsonObject, key: string): string => {
  const value = parent[key];
  return typeof value === "string" ? value : "";
};

/** A finite number, else `null`. Counters beyond 2^53 lose their last bits, which no formula here can feel. */
export const numberAt = (parent: JsonObject, key: string): number | null => {
  const value = parent[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

/** A number above zero, else `null`: the engine writes 0 (or -1) for "not set". */
export const positiveAt = (parent: JsonObject, key: string): number | null => {
  const value = numberAt(parent, key);
  return value !== null && value > 0 ? value : null;
};

export const booleanAt = (parent: JsonObject, key: string): boolean => parent[key] === true;

/** All string-valued fields of an object: labels, options, attributes. */
export const textRecord = (value: unknown): Readonly<Record<string, string>> => {
  const result: Record<string, string> = {};
  for (const [key, text] of Object.entries(asObject(value))) {
    if (typeof text === "string" && key !== "__proto__") result[key] = text;
  }
  return result;
};

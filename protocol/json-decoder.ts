/**
 * Decoding of parsed JSON for peers that cannot carry the schema library (agents). Each decoder accepts exactly what the
 * schema of the same thing accepts, leaves unknown keys out, and throws `malformed_frame` naming the field otherwise;
 * tests hold decoders and schemas against each other.
 */
import { ProtocolError } from "./errors.ts";
import { type AnyId, asId, DOCKER_ID_PATTERN, type DockerId, ID_PATTERN } from "./ids.ts";

/** Takes a value and the path by which an error names it. */
export type Decoder<T> = (value: unknown, path: string) => T;
type Shape = { readonly [key: string]: Decoder<unknown> };
type Decoded<S extends Shape> = { [K in keyof S]: ReturnType<S[K]> };

const refused = (path: string, expected: string): ProtocolError =>
  new ProtocolError("malformed_frame", `${path} is not ${expected}.`);

const recordOf = (value: unknown, path: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refused(path, "an object");
  return value as Readonly<Record<string, unknown>>;
};

export const objectOf = <S extends Shape>(shape: S): Decoder<Decoded<S>> => {
  const fields = Object.entries(shape);
  return (value, path) => {
    const record = recordOf(value, path);
    return Object.fromEntries(
      fields.map(([key, decode]) => [key, decode(record[key], `${path}.${key}`)]),
    ) as Decoded<S>;
  };
};

/** One of several objects, told apart by the string in `tag`. */
export const unionBy = <S extends { readonly [kind: string]: Decoder<unknown> }>(
  tag: string,
  kinds: S,
): Decoder<ReturnType<S[keyof S]>> => {
  const decoders = new Map(Object.entries(kinds));
  return (value, path) => {
    const kind = recordOf(value, path)[tag];
    const decode = typeof kind === "string" ? decoders.get(kind) : undefined;
    if (decode === undefined) throw new ProtocolError("unknown_message", `${path}.${tag} names no known message.`);
    return decode(value, path) as ReturnType<S[keyof S]>;
  };
};

export const arrayOf =
  <T>(item: Decoder<T>, limits: { readonly min?: number; readonly max: number }): Decoder<T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw refused(path, "a list");
    if (value.length > limits.max || value.length < (limits.min ?? 0)) throw refused(path, "a list of legal length");
    return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
  };

/** Text of at most `max` UTF-16 units. */
export const textOf =
  (limits: { readonly min?: number; readonly max: number }): Decoder<string> =>
  (value, path) => {
    if (typeof value !== "string") throw refused(path, "text");
    if (value.length > limits.max || value.length < (limits.min ?? 0)) throw refused(path, "text of legal length");
    return value;
  };

export const matching =
  (pattern: RegExp, expected: string): Decoder<string> =>
  (value, path) => {
    if (typeof value !== "string" || !pattern.test(value)) throw refused(path, expected);
    return value;
  };

/** A whole number that is exact in a double. */
export const integerOf =
  (limits: { readonly min: number; readonly max?: number }): Decoder<number> =>
  (value, path) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw refused(path, "a whole number");
    if (value < limits.min || value > (limits.max ?? Number.MAX_SAFE_INTEGER)) throw refused(path, "in its range");
    return value;
  };

export const oneOf =
  <const T extends string>(words: readonly T[]): Decoder<T> =>
  (value, path) => {
    const word = words.find((known) => known === value);
    if (word === undefined) throw refused(path, `one of ${words.join(", ")}`);
    return word;
  };

export const nullable =
  <T>(decode: Decoder<T>): Decoder<T | null> =>
  (value, path) =>
    value === null ? null : decode(value, path);

/** Nanoseconds since the epoch as a decimal string. */
export const tsNsText: Decoder<string> = matching(/^-?\d{1,19}$/, "nanoseconds as a decimal string");

/** Unpadded base64url of a fixed number of bytes. */
export const base64UrlOf = (byteLength: number): Decoder<string> =>
  matching(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((byteLength * 4) / 3)}}$`), `base64url of ${byteLength} bytes`);

/** An id made by the hub, branded as `Id`. */
export const idOf = <Id extends AnyId>(): Decoder<Id> => {
  const decode = matching(ID_PATTERN, "an identifier");
  return (value, path) => asId<Id>(decode(value, path));
};

const dockerIdText = matching(DOCKER_ID_PATTERN, "64 hex digits");
export const dockerId: Decoder<DockerId> = (value, path) => asId<DockerId>(dockerIdText(value, path));

/** Parses JSON text and decodes it. Throws `malformed_frame`, also for text that is no JSON. */
export const decodeJson = <T>(text: string, decode: Decoder<T>, what: string): T => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError("malformed_frame", `${what} is not JSON.`, { cause });
  }
  return decode(value, what);
};

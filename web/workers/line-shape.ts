/**
 * How a line is written, found out once when it is decoded; and its fields, read again only for the few lines that are
 * drawn. Only whole lines count: a JSON object somewhere inside a text is text.
 */

/** `text` 0, `json` 1, `logfmt` 2, `klog` 3: as a byte per line. */
export const SHAPE_TEXT = 0;
export const SHAPE_JSON = 1;
export const SHAPE_LOGFMT = 2;
export const SHAPE_KLOG = 3;
export type LineShape = typeof SHAPE_TEXT | typeof SHAPE_JSON | typeof SHAPE_LOGFMT | typeof SHAPE_KLOG;

export const SHAPE_NAMES = ["text", "JSON", "logfmt", "klog"] as const;

/** A field's value as it is written; objects and arrays stay what they are. */
export type FieldValue = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;
export type LineField = { readonly key: string; readonly value: FieldValue };
/** `message` may be empty: a line of fields alone. */
export type StructuredLine = { readonly message: string; readonly fields: readonly LineField[] };

/** Longer lines are drawn as text: reading them would hold up everything else. */
const MAX_LINE_BYTES = 32 * 1024;
const MESSAGE_KEYS: ReadonlySet<string> = new Set(["msg", "message", "@message", "event", "log", "short_message"]);
/** What the row's own columns say already. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(["level", "lvl", "severity", "ts", "time", "timestamp", "@timestamp"]);
/** `I0102 15:04:05.000000       1 main.go:12] text`, or with the year. */
const KLOG = /^([IWEF])(?:\d{4})?\d{4} \d\d:\d\d:\d\d\.\d+ +(\d+) ([^ \]]+:\d+)\] ?(.*)$/s;
const PAIR = /(?:^|\s+)([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*"|[^\s"=]*)(?=\s|$)/y;
/** One pair may be an accident: `retrying with timeout=30s`. */
const LEAST_PAIRS = 2;

/** The shape of one line as bytes. Cheap for what is none: the first character decides most. */
export const shapeOf = (bytes: Uint8Array, decode: (bytes: Uint8Array) => string): LineShape => {
  const { length } = bytes;
  if (length < 5 || length > MAX_LINE_BYTES) return SHAPE_TEXT;
  const first = bytes[0] ?? 0;
  if (first === 0x7b) {
    // `{` … `}`; a carriage return may follow.
    const last = bytes[length - 1] === 0x0d ? bytes[length - 2] : bytes[length - 1];
    return last === 0x7d && parseObject(decode(bytes)) !== null ? SHAPE_JSON : SHAPE_TEXT;
  }
  if (isKlogLetter(first) && isDigit(bytes[1]) && isDigit(bytes[2])) {
    return KLOG.test(decode(bytes)) ? SHAPE_KLOG : SHAPE_TEXT;
  }
  // A logfmt line has no word before its first pair.
  const equals = bytes.indexOf(0x3d);
  if (equals <= 0 || equals > 64) return SHAPE_TEXT;
  const space = bytes.indexOf(0x20);
  if (space >= 0 && space < equals) return SHAPE_TEXT;
  return logfmtFields(decode(bytes)) === null ? SHAPE_TEXT : SHAPE_LOGFMT;
};

/** The message and the fields of a line of that shape; `null` for text, and for what cannot be read after all. */
export const structureOf = (text: string, shape: number): StructuredLine | null => {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  switch (shape) {
    case SHAPE_JSON: {
      const value = parseObject(line);
      return value === null ? null : withMessage(Object.entries(value).map(([key, field]) => asField(key, field)));
    }
    case SHAPE_LOGFMT: {
      const fields = logfmtFields(line);
      return fields === null ? null : withMessage(fields);
    }
    case SHAPE_KLOG: {
      const [, , thread = "", source = "", rest = ""] = KLOG.exec(line) ?? [];
      if (source === "") return null;
      const own = [
        { key: "source", value: source },
        { key: "thread", value: thread },
      ];
      const { message, fields } = klogMessage(rest);
      return { message, fields: [...fields, ...own] };
    }
    default:
      return null;
  }
};

/** The first field of that name; `a.b` is also `b` inside of `a`. `undefined`: the line has none. */
export const fieldAt = ({ fields }: StructuredLine, path: string): FieldValue | undefined =>
  valueAt((name) => fields.find(({ key }) => key === name)?.value, path);

const valueAt = (named: (name: string) => FieldValue | undefined, path: string): FieldValue | undefined => {
  const whole = named(path);
  if (whole !== undefined) return whole;
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    const outer = named(path.slice(0, dot));
    if (typeof outer !== "object" || outer === null) continue;
    const inner = valueAt((name) => ownValue(outer, name), path.slice(dot + 1));
    if (inner !== undefined) return inner;
  }
  return undefined;
};

/** Neither what every object has, nor an array's length. */
const ownValue = (outer: object, name: string): FieldValue | undefined =>
  Object.prototype.propertyIsEnumerable.call(outer, name)
    ? (outer as Readonly<Record<string, FieldValue>>)[name]
    : undefined;

/** All fields but the one that `fieldAt` finds under this name; what is inside of another one is taken out of it. */
export const withoutField = (fields: readonly LineField[], path: string): readonly LineField[] => {
  const whole = fields.findIndex(({ key }) => key === path);
  if (whole >= 0) return fields.toSpliced(whole, 1);
  for (const [index, { key, value }] of fields.entries()) {
    if (!path.startsWith(`${key}.`) || !isGroup(value)) continue;
    const inner = Object.entries(value).map(([name, held]) => asField(name, held));
    const rest = withoutField(inner, path.slice(key.length + 1));
    if (rest.length === inner.length && rest.every(({ value: held }, at) => held === inner[at]?.value)) continue;
    if (rest.length === 0) return fields.toSpliced(index, 1);
    return fields.with(index, asField(key, Object.fromEntries(rest.map((field) => [field.key, field.value]))));
  }
  return fields;
};

/** True for an object with fields of its own. */
export const isGroup = (value: FieldValue): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

/** Fields that the columns of the row do not show already. */
export const shownFields = ({ fields }: StructuredLine): readonly LineField[] =>
  fields.filter(({ key }) => !KNOWN_KEYS.has(key.toLowerCase()));

/** A value on one line, as it is shown, searched for and copied. */
export const fieldText = (value: FieldValue): string => (typeof value === "string" ? value : JSON.stringify(value));

const withMessage = (fields: readonly LineField[]): StructuredLine => {
  const found = fields.find(({ key, value }) => MESSAGE_KEYS.has(key.toLowerCase()) && typeof value === "string");
  if (found === undefined) return { message: "", fields };
  return { message: fieldText(found.value), fields: fields.filter((field) => field !== found) };
};

/** klog's structured form: `"text" key="value" …`. */
const klogMessage = (rest: string): StructuredLine => {
  const [whole = "", quoted] = /^("(?:[^"\\]|\\.)*")(?=\s|$)/.exec(rest) ?? [];
  if (quoted === undefined) return { message: rest, fields: [] };
  return { message: unquoted(quoted), fields: pairsOf(rest.slice(whole.length)) ?? [] };
};

const logfmtFields = (line: string): readonly LineField[] | null => {
  const fields = pairsOf(line);
  return fields === null || fields.length < LEAST_PAIRS ? null : fields;
};

/** `null` when something stands between the pairs. */
const pairsOf = (line: string): readonly LineField[] | null => {
  const fields: LineField[] = [];
  const end = line.trimEnd().length;
  PAIR.lastIndex = 0;
  let at = 0;
  while (at < end) {
    PAIR.lastIndex = at;
    const match = PAIR.exec(line);
    if (match === null) return null;
    const [, key = "", value = ""] = match;
    fields.push({ key, value: value.startsWith('"') ? unquoted(value) : value });
    at = PAIR.lastIndex;
  }
  return fields;
};

const unquoted = (text: string): string => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : text;
  } catch {
    return text.slice(1, -1);
  }
};

const parseObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
};

const asField = (key: string, value: unknown): LineField => ({ key, value: value as FieldValue });
const isKlogLetter = (byte: number): boolean => byte === 0x49 || byte === 0x57 || byte === 0x45 || byte === 0x46;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

import type { Retention, RetentionRequest } from "@yardarm/protocol/api/retention";
import { formatBytes } from "../../../format/bytes.ts";
import { formatPlural } from "../../../format/percent.ts";

/** Bounds of stored logs as people type and read them. On the wire they are days and bytes; 0 is no bound. */

/** The three bounds as typed: empty goes with the installation, `0` is no bound of one's own. */
export type RetentionFields = { readonly days: string; readonly containerBytes: string; readonly orgBytes: string };

export type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly why: string };

const MAX_DAYS = 36_500;
const MAX_BYTES = 2 ** 50;
const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kib: 1024,
  k: 1024,
  mib: 1024 ** 2,
  m: 1024 ** 2,
  gib: 1024 ** 3,
  g: 1024 ** 3,
  tib: 1024 ** 4,
  t: 1024 ** 4,
};

/** `null` for an empty field. */
export const parseDays = (text: string): Parsed<number | null> => {
  const trimmed = text.trim();
  if (trimmed === "") return { ok: true, value: null };
  const days = Number(trimmed);
  if (!/^\d+$/.test(trimmed) || days > MAX_DAYS) return { ok: false, why: "Enter whole days, for example 14." };
  return { ok: true, value: days };
};

/** `500 MiB`, `2g`, `1.5 GiB`; a number alone would be ambiguous, except 0. `null` for an empty field. */
export const parseBytes = (text: string): Parsed<number | null> => {
  const trimmed = text.trim();
  if (trimmed === "") return { ok: true, value: null };
  if (/^0+$/.test(trimmed)) return { ok: true, value: 0 };
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(trimmed) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  const bytes = Math.round(Number(amount) * (factor ?? Number.NaN));
  if (!Number.isFinite(bytes) || bytes > MAX_BYTES) {
    return { ok: false, why: "Enter a size with its unit, for example 500 MiB or 2 GiB." };
  }
  return { ok: true, value: bytes };
};

/** The text that `parseBytes` reads back as the same number. */
export const bytesText = (bytes: number | null): string => {
  if (bytes === null) return "";
  if (bytes === 0) return "0";
  const [unit, factor] =
    (
      [
        ["TiB", 1024 ** 4],
        ["GiB", 1024 ** 3],
        ["MiB", 1024 ** 2],
        ["KiB", 1024],
      ] as const
    ).find(([, size]) => bytes % size === 0) ?? (["B", 1] as const);
  return `${bytes / factor} ${unit}`;
};

export const fieldsOf = ({ own }: Retention): RetentionFields => ({
  days: own.days === null ? "" : String(own.days),
  containerBytes: bytesText(own.containerBytes),
  orgBytes: bytesText(own.orgBytes),
});

/** What saving these fields asks for, or the first field that cannot be read. */
export const requestOf = (fields: RetentionFields): Parsed<Required<RetentionRequest>> => {
  const days = parseDays(fields.days);
  const containerBytes = parseBytes(fields.containerBytes);
  const orgBytes = parseBytes(fields.orgBytes);
  if (!days.ok) return days;
  if (!containerBytes.ok) return containerBytes;
  if (!orgBytes.ok) return orgBytes;
  return {
    ok: true,
    value: { days: days.value, containerBytes: containerBytes.value, orgBytes: orgBytes.value },
  };
};

/** What is in force, one sentence per bound. */
export const inForceWords = ({ inForce }: Retention): readonly string[] => [
  inForce.days === 0 ? "No line goes because of its age." : `Lines go after ${formatPlural(inForce.days, "day")}.`,
  inForce.containerBytes === 0
    ? "One container may fill as much as it likes."
    : `One container keeps at most ${formatBytes(inForce.containerBytes)}; its oldest lines go first.`,
  inForce.orgBytes === 0
    ? "All containers together have no bound of this organization."
    : `All containers together keep at most ${formatBytes(inForce.orgBytes)}; the oldest lines go first.`,
];

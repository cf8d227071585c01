/** Colour arithmetic of WCAG 2.2 ("relative luminance" and "contrast ratio" in its glossary). */

export type Rgb = readonly [red: number, green: number, blue: number];

/** `#rrggbb` as three bytes; `null` when it is not six hex digits behind a hash. */
export const parseHex = (hex: string): Rgb | null => {
  const digits = /^#([0-9a-f]{6})$/i.exec(hex)?.[1];
  if (digits === undefined) return null;
  const value = Number.parseInt(digits, 16);
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
};

const linear = (byte: number): number => {
  const share = byte / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** Relative luminance, 0 (black) to 1 (white). */
const luminance = ([red, green, blue]: Rgb): number =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

/** Contrast ratio of two colours, 1 to 21; the order does not matter. */
export const contrastRatio = (one: Rgb, other: Rgb): number => {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
};

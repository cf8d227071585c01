import { contrastRatio, type Rgb } from "../../../ui/theme/contrast.ts";

/** 256 and true colours made readable on the log pane. The first 16 are theme tokens and live in the style sheet. */

/** `--yd-log` of both themes; a test compares. */
export const PANE_COLOURS: { readonly light: Rgb; readonly dark: Rgb } = {
  light: [0xfc, 0xfc, 0xfd],
  dark: [0x0b, 0x0e, 0x13],
};
/** WCAG 2.2 AA for text. */
export const LEAST_CONTRAST = 4.5;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const STEPS = 20;

/** Colour `index` (16 to 255) of xterm's palette: a 6 × 6 × 6 cube, then 24 greys. */
export const paletteColour = (index: number): Rgb => {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = index - 16;
  const part = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  return [part(Math.floor(cube / 36)), part(Math.floor(cube / 6) % 6), part(cube % 6)];
};

/** The colour, moved towards `towards` in equal steps until it is readable on `ground`. */
export const readableOn = (colour: Rgb, ground: Rgb, towards: Rgb): Rgb => {
  for (let step = 0; step < STEPS; step++) {
    const share = step / STEPS;
    const [red, green, blue] = colour.map((byte, at) => Math.round(byte + ((towards[at] ?? 0) - byte) * share));
    const mixed: Rgb = [red ?? 0, green ?? 0, blue ?? 0];
    if (contrastRatio(mixed, ground) >= LEAST_CONTRAST) return mixed;
  }
  return towards;
};

const css = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

/** As a text colour, for both themes at once. */
export const textColour = (colour: Rgb): string => {
  const light = css(readableOn(colour, PANE_COLOURS.light, BLACK));
  return `light-dark(${light}, ${css(readableOn(colour, PANE_COLOURS.dark, WHITE))})`;
};

/** Black or white, whichever reads better on it. */
export const textOn = (background: Rgb): string =>
  contrastRatio(background, BLACK) >= contrastRatio(background, WHITE) ? "#000" : "#fff";

export const backgroundColour = (colour: Rgb): string => css(colour);

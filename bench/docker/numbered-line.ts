/** Reading what `log-writer.ts` wrote. */

export const LINE_BYTES = 130;
const STAMP_DIGITS = 15;
const NUMBER_AT = STAMP_DIGITS + 1;
const NUMBER_DIGITS = 10;
const DIGIT_0 = 48;

const readDigits = (bytes: Uint8Array, at: number, digits: number): number => {
  let value = 0;
  for (let index = at; index < at + digits; index++) value = value * 10 + (bytes[index] as number) - DIGIT_0;
  return value;
};

/** When the line that begins at `at` was written, in µs of the machine's monotonic clock. */
export const stampUsOf = (bytes: Uint8Array, at: number): number => readDigits(bytes, at, STAMP_DIGITS);

/** The number of the line that begins at `at`, from 0. */
export const numberOf = (bytes: Uint8Array, at: number): number => readDigits(bytes, at + NUMBER_AT, NUMBER_DIGITS);

/** The machine's monotonic clock, the one that lines are stamped with, in µs. */
export const monotonicUs = (): number => {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + nanos / 1000;
};

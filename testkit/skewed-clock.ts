/**
 * For `--import`: a process whose wall clock is `TEST_CLOCK_SKEW_MS` ahead of (or behind) the machine's. The monotonic
 * clock and timers are left alone, as on a machine whose time was set wrong.
 */
const skewMs = Number(process.env.TEST_CLOCK_SKEW_MS ?? 0);
const RealDate = globalThis.Date;

class SkewedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [SkewedDate.now()] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + skewMs;
  }
}

globalThis.Date = SkewedDate as DateConstructor;

/** Sizes in binary units (1 KiB = 1024 B), as `docker stats` prints them. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Three significant digits at most: `0 B`, `812 B`, `1.5 KiB`, `12.3 MiB`, `512 MiB`. Unknown or negative: an en dash. */
export const formatBytes = (bytes: number | null): string => {
  if (bytes === null || !Number.isFinite(bytes) || bytes < 0) return "–";
  let value = bytes;
  let unit = 0;
  // 999.5 rounds to 1,000, which reads better as the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value).toString() : threeDigits(value)} ${UNITS[unit]}`;
};

/** Bytes per second. */
export const formatByteRate = (bytesPerSecond: number | null): string => {
  const size = formatBytes(bytesPerSecond);
  return size === "–" ? size : `${size}/s`;
};

const threeDigits = (value: number): string => {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value < 1 ? 2 : 1);
};

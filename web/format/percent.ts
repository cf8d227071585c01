/** Shares and counts. */

/** `cores` (1 = one full core) on the scale of `docker stats`: 100 % is one core. */
export const formatCpu = (cores: number | null): string => {
  if (cores === null || !Number.isFinite(cores)) return "–";
  const percent = cores * 100;
  return `${percent >= 99.95 ? percent.toFixed(0) : percent.toFixed(1)} %`;
};

/** A ratio from 0 to 1 as whole percent; something small but not nothing reads `< 1 %`. */
export const formatRatio = (ratio: number | null): string => {
  if (ratio === null || !Number.isFinite(ratio)) return "–";
  if (ratio > 0 && ratio < 0.01) return "< 1 %";
  return `${Math.round(ratio * 100)} %`;
};

const counts = new Intl.NumberFormat("en-US");

/** Whole numbers with thousands separators: `1,204`. */
export const formatCount = (count: number): string => counts.format(count);

/** `1 container`, `2 containers`. */
export const formatPlural = (count: number, singular: string, plural = `${singular}s`): string =>
  `${formatCount(count)} ${count === 1 ? singular : plural}`;

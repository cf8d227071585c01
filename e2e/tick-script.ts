/** What a test container prints: `tick 1`, `tick 2`, … `atOnce` of them without a pause, then one every `everyMs`. */
export const ticks = ({ atOnce = 0, everyMs }: { readonly atOnce?: number; readonly everyMs: number }): string =>
  [
    "i=0",
    `while [ $i -lt ${atOnce} ]; do i=$((i+1)); echo "tick $i"; done`,
    `while true; do i=$((i+1)); echo "tick $i"; sleep ${everyMs / 1000}; done`,
  ].join("; ");

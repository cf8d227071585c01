import { useSyncExternalStore } from "react";

/** Widths at which pages change their layout; the same as the theme's breakpoints. */
export const PHONE = "(max-width: 639px)";
export const MEDIUM = "(max-width: 1179px)";
export const WIDE = "(min-width: 1280px)";

export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );

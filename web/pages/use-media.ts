import { useSyncExternalStore } from "react";

/** Widths at which pages change their layout; the same as the theme's breakpoints. */
export const PHONE = "(max-width: 639px)";
export const MEDIUM = "(max-width: 1179px)";
export const WIDE = "(min-width: 1280px)";

/** Asking anew is not free, and a log is drawn sixty times a second. */
const asked = new Map<string, MediaQueryList>();

const mediaOf = (query: string): MediaQueryList => {
  const media = asked.get(query) ?? matchMedia(query);
  asked.set(query, media);
  return media;
};

export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    (listener) => {
      const media = mediaOf(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => mediaOf(query).matches,
  );

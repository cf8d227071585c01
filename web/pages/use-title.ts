import { useEffect } from "react";

/** Names what the tab shows: object first, because tabs are narrow. */
export const useTitle = (...parts: readonly (string | undefined)[]): void => {
  const title = [...parts.filter((part) => part !== undefined), "Yardarm"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
};

import { useMemo } from "react";
import type { Column, ColumnsLook } from "./columns.ts";

/** How rows show these columns; another object whenever a row may be of another height. */
export const useColumnsLook = (columns: readonly Column[], isNarrow: boolean): ColumnsLook | null =>
  useMemo(
    () => (columns.length === 0 ? null : { keys: columns.map(({ key }) => key), areFolded: isNarrow }),
    [columns, isNarrow],
  );

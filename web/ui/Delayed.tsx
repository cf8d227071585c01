import { type ReactNode, useEffect, useState } from "react";

/** What takes less shows nothing at all: a flash of "loading" is worse than the wait. */
const QUIET_MS = 100;

/** Shows `children` only after 100 ms; keeps their space from the start. */
export const Delayed = ({ children }: { readonly children: ReactNode }) => {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return <div className={isShown ? "" : "invisible"}>{children}</div>;
};

import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

export type PlainLinkProps = { readonly to: string; readonly className?: string; readonly children: ReactNode };

/** A link for long lists: an anchor and nothing else, where the router's own watches the address and preloads. */
export const PlainLink = ({ to, className, children }: PlainLinkProps) => {
  const router = useRouter();
  const follow = (event: MouseEvent): void => {
    // Whatever asks for another tab or a download stays the browser's.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ to });
  };
  return (
    <a href={to} className={className} onClick={follow}>
      {children}
    </a>
  );
};

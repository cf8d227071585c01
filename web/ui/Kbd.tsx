/** A key, as printed on it. */
export const Kbd = ({ children }: { readonly children: string }) => (
  <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded-control border border-control px-1 text-meta text-muted">
    {children}
  </kbd>
);

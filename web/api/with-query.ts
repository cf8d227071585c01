/** An address with its query: the strings and numbers of `query`. What is missing is left out, and a query of nothing is none. */
export const withQuery = (path: string, query: Readonly<Record<string, unknown>>): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === "string" || typeof value === "number") params.set(name, String(value));
  }
  return params.size === 0 ? path : `${path}?${params}`;
};

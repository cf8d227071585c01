import type { LogSearchQueryInput } from "@yardarm/protocol/api/logs";
import { useEffect, useEffectEvent, useState } from "react";
import { searchLogs } from "../../api/log-calls.ts";
import { StoredSearch, type StoredSearchState } from "./stored-search.ts";

export type UsedSearch = {
  readonly state: StoredSearchState;
  readonly further: () => void;
  readonly stop: () => void;
};

/**
 * Searches while mounted; another `key` begins anew with the query as it is then. So a container that is started meanwhile does not
 * take away what was found. `null` searches nothing.
 */
export const useStoredSearch = (key: string, query: LogSearchQueryInput | null): UsedSearch => {
  const [, setVersion] = useState(0);
  const [search] = useState(
    () => new StoredSearch({ ask: searchLogs, onChange: () => setVersion((version) => version + 1) }),
  );
  const begin = useEffectEvent(() => search.begin(query));
  const isAsked = query !== null;
  useEffect(() => {
    if (isAsked) begin();
    else search.begin(null);
    return () => search.stop();
  }, [search, key, isAsked]);
  return { state: search.state(), further: () => search.further(), stop: () => search.stop() };
};

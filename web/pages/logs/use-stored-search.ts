import type { LogSearchQueryInput } from "@yardarm/protocol/api/logs";
import { useEffect, useState } from "react";
import { searchLogs } from "../../api/log-calls.ts";
import { StoredSearch, type StoredSearchState } from "./stored-search.ts";

export type UsedSearch = {
  readonly state: StoredSearchState;
  readonly further: () => void;
  readonly stop: () => void;
  /** From the beginning, for lines that came meanwhile. */
  readonly again: () => void;
};

/** Searches while mounted; another query begins anew. `null` searches nothing. */
export const useStoredSearch = (query: LogSearchQueryInput | null): UsedSearch => {
  const [, setVersion] = useState(0);
  const [search] = useState(
    () => new StoredSearch({ ask: searchLogs, onChange: () => setVersion((version) => version + 1) }),
  );
  const text = query === null ? "" : JSON.stringify(query);
  const [round, setRound] = useState(0);
  useEffect(() => {
    search.begin(text === "" ? null : (JSON.parse(text) as LogSearchQueryInput));
    return () => search.stop();
  }, [search, text, round]);
  return {
    state: search.state(),
    further: () => search.further(),
    stop: () => search.stop(),
    again: () => setRound((former) => former + 1),
  };
};

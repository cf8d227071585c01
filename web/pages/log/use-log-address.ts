import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { addressOf, type LogAddress, type LogParams, paramsOf } from "./log-address.ts";

/** What a log view looks at, kept in the address of the page: written there when somebody stops typing. */

const WRITE_MS = 250;

export type AddressChange = (changes: Partial<LogAddress>) => void;

/** `params` as the address has them now; `write` MUST replace them there without a new entry of the history. */
export const useLogAddress = (
  params: LogParams,
  write: (params: LogParams) => void,
): readonly [LogAddress, AddressChange] => {
  const text = JSON.stringify(params);
  const [address, setAddress] = useState(() => addressOf(params));
  const written = useRef(text);
  const take = useEffectEvent(() => setAddress(addressOf(params)));
  const writeNow = useEffectEvent((next: LogAddress) => {
    const nextParams = paramsOf(next);
    const nextText = JSON.stringify(nextParams);
    if (nextText === written.current) return;
    written.current = nextText;
    write(nextParams);
  });
  // Somebody went back, or followed a link: the address leads.
  useEffect(() => {
    if (text === written.current) return;
    written.current = text;
    take();
  }, [text]);
  useEffect(() => {
    const timer = setTimeout(() => writeNow(address), WRITE_MS);
    return () => clearTimeout(timer);
  }, [address]);
  const change = useCallback<AddressChange>((changes) => setAddress((former) => ({ ...former, ...changes })), []);
  return [address, change];
};

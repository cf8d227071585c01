import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { addressOf, type LogAddress, type LogParams, paramsOf } from "./log-address.ts";

/** What a log view looks at, kept in the address of the page: written there when somebody stops typing, or is about to leave. */

const WRITE_MS = 250;
/** What presses a button or follows a link. */
const PRESSING_KEYS: ReadonlySet<string> = new Set(["Enter", " "]);

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
    // Whatever is pressed now may lead to another page, and Back has to lead here.
    const write = (event: Event): void => {
      if (!(event instanceof KeyboardEvent) || PRESSING_KEYS.has(event.key)) writeNow(address);
    };
    document.addEventListener("pointerdown", write, { capture: true });
    document.addEventListener("keydown", write, { capture: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerdown", write, { capture: true });
      document.removeEventListener("keydown", write, { capture: true });
    };
  }, [address]);
  const change = useCallback<AddressChange>((changes) => setAddress((former) => ({ ...former, ...changes })), []);
  return [address, change];
};

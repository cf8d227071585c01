import { type RefObject, useEffect, useEffectEvent } from "react";

/** Escape pressed inside of `element`, unless something in it has closed a layer of its own. Only while `isOn`. */
export const useEscapeIn = (element: RefObject<HTMLElement | null>, isOn: boolean, onEscape: () => void): void => {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    onEscape();
  });
  useEffect(() => {
    const box = element.current;
    if (!isOn || box === null) return;
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    box.addEventListener("keydown", listener);
    return () => box.removeEventListener("keydown", listener);
  }, [element, isOn]);
};

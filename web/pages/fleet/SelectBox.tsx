import { type KeyboardEvent, useEffect, useRef } from "react";

export type SelectBoxProps = {
  readonly label: string;
  readonly isSelected: boolean;
  /** Some of several are. */
  readonly isMixed?: boolean;
  /** `isRange`: with Shift, everything from where the last one was chosen. */
  readonly onSelect: (isRange: boolean) => void;
};

/** A tick of 24 px by itself, above whatever the row does when it is clicked. */
export const SelectBox = ({ label, isSelected, isMixed = false, onSelect }: SelectBoxProps) => {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = isMixed;
  }, [isMixed]);
  return (
    <span className="relative z-10 grid size-6 place-items-center">
      <input
        ref={box}
        type="checkbox"
        aria-label={label}
        checked={isSelected}
        data-select-box
        // The click says whether Shift was held, the change does not; of a key the browser makes a click as well.
        onClick={(event) => onSelect(event.shiftKey)}
        onChange={() => {}}
        onKeyDown={walkBoxes}
        className="size-4 scroll-mt-10 scroll-mb-2 accent-accent after:absolute after:inset-0"
      />
    </span>
  );
};

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** Up and down lead from tick to tick. What lies far outside the view is not drawn and ends the walk. */
const walkBoxes = (event: KeyboardEvent<HTMLElement>): void => {
  const step = STEPS[event.key];
  const table = event.currentTarget.closest("[role=table]");
  if (step === undefined || table === null) return;
  event.preventDefault();
  // A virtual table's rows stand in the document in any order.
  const boxes = [...table.querySelectorAll<HTMLElement>("[data-select-box]")].sort(
    (one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top,
  );
  boxes[boxes.indexOf(event.currentTarget) + step]?.focus();
};

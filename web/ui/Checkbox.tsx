import { type ReactNode, useId } from "react";

export type CheckboxProps = {
  /** `radio`: one of those with the same `name`. */
  readonly kind?: "checkbox" | "radio";
  readonly name?: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly label: ReactNode;
  readonly hint?: string | undefined;
  /** Turns it off and is shown below it. */
  readonly disabledReason?: string | null;
};

/** A tick with its words. One that is off stays reachable and says why. */
export const Checkbox = ({
  kind = "checkbox",
  name,
  isChecked,
  onChange,
  label,
  hint,
  disabledReason = null,
}: CheckboxProps) => {
  const id = useId();
  const note = disabledReason ?? hint ?? null;
  const isOff = disabledReason !== null;
  return (
    <div className="flex min-h-7 items-start gap-2">
      <input
        id={id}
        type={kind}
        name={name}
        checked={isChecked}
        aria-disabled={isOff || undefined}
        aria-describedby={note === null ? undefined : `${id}-note`}
        onChange={(event) => {
          if (!isOff) onChange(event.target.checked);
        }}
        className="mt-0.75 size-3.5 shrink-0 accent-accent"
      />
      <span className="min-w-0">
        <label htmlFor={id} className={isOff ? "text-muted" : undefined}>
          {label}
        </label>
        {note === null ? null : (
          <span id={`${id}-note`} className="block text-meta text-muted">
            {note}
          </span>
        )}
      </span>
    </div>
  );
};

import { useId } from "react";
import { TextField } from "../../ui/Field.tsx";
import { readReasons } from "./recent-reasons.ts";

const LONGEST = 500;

/** Why something is done; what was said lately is offered again. */
export const ReasonField = ({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) => {
  const listId = useId();
  return (
    <>
      <TextField
        label="Reason"
        hint="Kept with the action, for whoever looks later."
        autoComplete="off"
        maxLength={LONGEST}
        list={listId}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={listId}>
        {readReasons().map((recent) => (
          <option key={recent} value={recent}>
            {recent}
          </option>
        ))}
      </datalist>
    </>
  );
};

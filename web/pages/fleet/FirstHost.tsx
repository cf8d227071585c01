import { useEffect } from "react";
import { Button } from "../../ui/Button.tsx";
import { AddHost } from "../add-host/AddHost.tsx";

export type FirstHostProps = {
  /** How many hosts there are by now; the one being added counts. */
  readonly hosts: number;
  readonly onStart: () => void;
  readonly onDone: () => void;
};

/** The fleet page of an organization without hosts. */
export const FirstHost = ({ hosts, onStart, onDone }: FirstHostProps) => {
  useEffect(onStart, [onStart]);
  return (
    <div className="flex flex-col items-start gap-3 overflow-y-auto p-6">
      <h1 className="font-semibold text-large">Add your first host</h1>
      <p className="max-w-140 text-muted">
        An agent on the host connects to this hub by itself; nothing on the host has to be reachable from outside.
      </p>
      <AddHost />
      {hosts === 0 ? null : <Button onClick={onDone}>Show the fleet</Button>}
    </div>
  );
};

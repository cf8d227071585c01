import type { Factors, Proof } from "@yardarm/protocol/api/second-factors";
import type { ReactNode } from "react";
import { ProofDialog } from "./ProofDialog.tsx";

export type RemoveFactorDialogProps = {
  readonly title: string;
  readonly verb: string;
  readonly factors: Factors;
  readonly remove: (proof: Proof) => Promise<unknown>;
  readonly onChanged: () => void;
  readonly onClose: () => void;
  /** What it means for signing in. */
  readonly children: ReactNode;
};

/** Asks who it is, takes a way of signing in away, and closes. */
export const RemoveFactorDialog = ({ remove, onChanged, onClose, ...shown }: RemoveFactorDialogProps) => (
  <ProofDialog
    {...shown}
    look="danger"
    run={async (proof) => {
      await remove(proof);
      onChanged();
      onClose();
    }}
    onClose={onClose}
  />
);

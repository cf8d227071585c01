import { Button } from "../../ui/Button.tsx";
import { CommandBlock } from "../../ui/CommandBlock.tsx";
import { DialogButtons } from "../../ui/Dialog.tsx";

export type SecretOnceProps = {
  readonly label: string;
  readonly secret: string;
  /** How to use it, and until when. */
  readonly children: string;
  readonly onClose: () => void;
};

/** What the hub tells a single time. */
export const SecretOnce = ({ label, secret, children, onClose }: SecretOnceProps) => (
  <div className="flex min-w-0 flex-col gap-3">
    <p>
      <strong>This is shown only now.</strong> {children}
    </p>
    <CommandBlock label={label} command={secret} />
    <DialogButtons>
      <Button look="primary" onClick={onClose}>
        I have copied it
      </Button>
    </DialogButtons>
  </div>
);

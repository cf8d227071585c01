import { useMutation } from "@tanstack/react-query";
import type { Factors, TotpEnrollment } from "@yardarm/protocol/api/second-factors";
import { type FormEvent, useState } from "react";
import { beginTotp, confirmTotp, removeTotp, renewRecoveryCodes } from "../../../api/factor-calls.ts";
import { ApiError } from "../../../api/http.ts";
import { formatMoment } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { CommandBlock } from "../../../ui/CommandBlock.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { SecretOnce } from "../SecretOnce.tsx";
import { FactorPart } from "./FactorPart.tsx";
import { ProofDialog } from "./ProofDialog.tsx";
import { QrCode } from "./QrCode.tsx";
import { RemoveFactorDialog } from "./RemoveFactorDialog.tsx";

type Step =
  | { readonly kind: "begin" | "remove" | "renew" }
  | { readonly kind: "confirm"; readonly enrollment: TotpEnrollment }
  | { readonly kind: "codes"; readonly codes: readonly string[] };

/** One-time codes: on, off, and what stands in for them. */
export const TotpPart = ({ factors, onChanged }: { readonly factors: Factors; readonly onChanged: () => void }) => {
  const [step, setStep] = useState<Step | null>(null);
  const close = (): void => setStep(null);
  const showCodes = (codes: readonly string[]): void => {
    onChanged();
    setStep({ kind: "codes", codes });
  };
  const { totpSince, recoveryCodesLeft } = factors;
  return (
    <FactorPart title="One-time codes">
      {totpSince === null ? (
        <>
          <p className="text-muted">
            Off. When they are on, signing in also asks for a code that your authenticator shows.
          </p>
          <Button onClick={() => setStep({ kind: "begin" })}>Turn on one-time codes</Button>
        </>
      ) : (
        <>
          <p className="text-muted">
            On since {formatMoment(Date.parse(totpSince))}. {recoveryCodesLeft} recovery codes left.
          </p>
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setStep({ kind: "renew" })}>New recovery codes</Button>
            <Button onClick={() => setStep({ kind: "remove" })}>Turn off</Button>
          </div>
        </>
      )}
      {step?.kind === "begin" ? (
        <ProofDialog
          title="Turn on one-time codes"
          verb="Continue"
          factors={factors}
          run={async (proof) => setStep({ kind: "confirm", enrollment: await beginTotp(proof) })}
          onClose={close}
        >
          You need an authenticator app on another device.
        </ProofDialog>
      ) : null}
      {step?.kind === "confirm" ? <ConfirmStep {...step} onConfirmed={showCodes} onClose={close} /> : null}
      {step?.kind === "renew" ? (
        <ProofDialog
          title="New recovery codes"
          verb="Make new codes"
          factors={factors}
          run={async (proof) => showCodes((await renewRecoveryCodes(proof)).recoveryCodes)}
          onClose={close}
        >
          The recovery codes that you have stop working.
        </ProofDialog>
      ) : null}
      {step?.kind === "remove" ? (
        <RemoveFactorDialog
          title="Turn off one-time codes"
          verb="Turn off"
          factors={factors}
          remove={removeTotp}
          onChanged={onChanged}
          onClose={close}
        >
          Your password alone signs you in then.
        </RemoveFactorDialog>
      ) : null}
      {step?.kind === "codes" ? (
        <Dialog isOpen onClose={close} title="Recovery codes">
          <SecretOnce label="Recovery codes" secret={step.codes.join("\n")} onClose={close}>
            Each signs you in once, in place of a code. Keep them where you find them without your authenticator.
          </SecretOnce>
        </Dialog>
      ) : null}
    </FactorPart>
  );
};

type ConfirmStepProps = {
  readonly enrollment: TotpEnrollment;
  readonly onConfirmed: (codes: readonly string[]) => void;
  readonly onClose: () => void;
};

const ConfirmStep = ({ enrollment, onConfirmed, onClose }: ConfirmStepProps) => {
  const [code, setCode] = useState("");
  const confirming = useMutation({
    mutationFn: confirmTotp,
    onSuccess: ({ recoveryCodes }) => onConfirmed(recoveryCodes),
  });
  const isWrong = confirming.error instanceof ApiError && confirming.error.code === "unauthenticated";
  const missing = /^\d{6}$/.test(code.replaceAll(" ", "")) ? null : "Enter the six digits first.";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) confirming.mutate(code.replaceAll(" ", ""));
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Turn on one-time codes"
      description="Scan this with your authenticator, or type the secret. It is shown only now."
    >
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <QrCode text={enrollment.uri} label="QR code of the secret" />
        <CommandBlock label="Secret" command={enrollment.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")} />
        <TextField
          label="Code that the authenticator shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          error={isWrong ? "This code is wrong. Check that the clock of your device is right." : null}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        {confirming.isError && !isWrong ? <ProblemState error={confirming.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={confirming.isPending ? "Checking…" : missing}>
            Turn on
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

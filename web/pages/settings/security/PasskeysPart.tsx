import type { Factors, Passkey, Proof } from "@yardarm/protocol/api/second-factors";
import { useRef, useState } from "react";
import { addPasskey, beginPasskey, removePasskey, renamePasskey } from "../../../api/factor-calls.ts";
import { formatMoment } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { NameDialog } from "../NameDialog.tsx";
import { FactorList, FactorPart, FactorRow } from "./FactorPart.tsx";
import { ProofDialog } from "./ProofDialog.tsx";
import { RemoveFactorDialog } from "./RemoveFactorDialog.tsx";

type Asked =
  | { readonly kind: "name" }
  | { readonly kind: "make"; readonly name: string }
  | { readonly kind: "rename" | "remove"; readonly passkey: Passkey };

export type PasskeysPartProps = {
  readonly factors: Factors;
  /** The name under which browsers have passkeys for this hub. */
  readonly passkeyHost: string | null;
  readonly onChanged: () => void;
};

/** The person's passkeys. Where the browser cannot have any, it says why. */
export const PasskeysPart = ({ factors, passkeyHost, onChanged }: PasskeysPartProps) => {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [sentenceOf, setSentenceOf] = useState<(error: unknown) => string | null>(() => () => null);
  const chosen = useRef("");
  const close = (): void => setAsked(null);
  const make = async (name: string, proof: Proof): Promise<void> => {
    const { makePasskey, passkeySentence } = await import("../../passkey-browser.ts");
    setSentenceOf(() => passkeySentence);
    await addPasskey(await makePasskey(await beginPasskey(proof), name));
    onChanged();
    close();
  };
  return (
    <FactorPart title="Passkeys">
      <p className="text-muted">
        A passkey signs you in by a finger, a face or a PIN of your device, without a password.
      </p>
      <FactorList>
        {factors.passkeys.map((passkey) => (
          <FactorRow
            key={passkey.passkeyId}
            name={passkey.name}
            detail={
              <span className="block text-meta text-muted tabular">
                since {formatMoment(Date.parse(passkey.createdAt))} ·{" "}
                {passkey.lastUsedAt === null ? "never used" : `used ${formatMoment(Date.parse(passkey.lastUsedAt))}`}
              </span>
            }
          >
            <Button isSmall onClick={() => setAsked({ kind: "rename", passkey })}>
              Rename
            </Button>
            <Button isSmall onClick={() => setAsked({ kind: "remove", passkey })}>
              Remove
            </Button>
          </FactorRow>
        ))}
      </FactorList>
      <Button disabledReason={whyNot(passkeyHost)} onClick={() => setAsked({ kind: "name" })}>
        Add a passkey
      </Button>
      {asked?.kind === "name" ? (
        <NameDialog
          title="Add a passkey"
          label="Name"
          hint="To tell your devices apart."
          name=""
          verb="Continue"
          save={async (name) => {
            chosen.current = name;
          }}
          onClose={close}
          onDone={() => setAsked({ kind: "make", name: chosen.current })}
        />
      ) : null}
      {asked?.kind === "make" ? (
        <ProofDialog
          title={`Add the passkey “${asked.name}”`}
          verb="Make passkey"
          factors={factors}
          run={(proof) => make(asked.name, proof)}
          sentenceOf={sentenceOf}
          onClose={close}
        >
          Your browser asks next where to keep it.
        </ProofDialog>
      ) : null}
      {asked?.kind === "rename" ? (
        <NameDialog
          title="Rename passkey"
          label="Name"
          name={asked.passkey.name}
          verb="Rename"
          save={(name) => renamePasskey(asked.passkey.passkeyId, name)}
          onClose={close}
          onDone={onChanged}
        />
      ) : null}
      {asked?.kind === "remove" ? (
        <RemoveFactorDialog
          title={`Remove the passkey “${asked.passkey.name}”`}
          verb="Remove"
          factors={factors}
          remove={(proof) => removePasskey(asked.passkey.passkeyId, proof)}
          onChanged={onChanged}
          onClose={close}
        >
          It does not sign you in any more. Delete it from your device as well.
        </RemoveFactorDialog>
      ) : null}
    </FactorPart>
  );
};

const whyNot = (passkeyHost: string | null): string | null => {
  if (passkeyHost === null)
    return "Passkeys work only over https:// and under a name; the operator sets YARDARM_PUBLIC_URL.";
  if (passkeyHost !== location.hostname) return `Passkeys belong to ${passkeyHost}: open this hub under that name.`;
  return "PublicKeyCredential" in window ? null : "This browser has no passkeys here.";
};

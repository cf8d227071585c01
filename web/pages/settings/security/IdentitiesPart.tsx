import type { Factors, LinkedIdentity } from "@yardarm/protocol/api/second-factors";
import { useState } from "react";
import { linkOidc, unlinkIdentity } from "../../../api/factor-calls.ts";
import { formatMoment } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { OidcNotice } from "../../sign-in/OidcNotice.tsx";
import { FactorList, FactorPart, FactorRow } from "./FactorPart.tsx";
import { ProofDialog } from "./ProofDialog.tsx";
import { RemoveFactorDialog } from "./RemoveFactorDialog.tsx";

export type IdentitiesPartProps = {
  readonly factors: Factors;
  /** The configured provider; `null`: there is none any more. */
  readonly oidcName: string | null;
  readonly onChanged: () => void;
};

/** Who the person is at the configured provider. */
export const IdentitiesPart = ({ factors, oidcName, onChanged }: IdentitiesPartProps) => {
  const [outcome] = useState(() => new URLSearchParams(location.search).get("oidc"));
  const [asked, setAsked] = useState<"link" | LinkedIdentity | null>(null);
  const close = (): void => setAsked(null);
  if (oidcName === null && factors.identities.length === 0) return null;
  return (
    <FactorPart title="Linked identities">
      <OidcNotice outcome={outcome} />
      <FactorList>
        {factors.identities.map((identity) => (
          <FactorRow
            key={identity.identityId}
            name={identity.label}
            detail={
              <span className="block truncate text-meta text-muted">
                {identity.issuer} · since {formatMoment(Date.parse(identity.createdAt))}
              </span>
            }
          >
            <Button isSmall onClick={() => setAsked(identity)}>
              Unlink
            </Button>
          </FactorRow>
        ))}
      </FactorList>
      {oidcName === null || factors.identities.length > 0 ? null : (
        <Button onClick={() => setAsked("link")}>Link {oidcName}</Button>
      )}
      {asked === "link" && oidcName !== null ? (
        <ProofDialog
          title={`Link ${oidcName}`}
          verb="Continue there"
          factors={factors}
          run={async (proof) => location.assign(await linkOidc(proof))}
          onClose={close}
        >
          You sign in there once; from then on that signs you in here.
        </ProofDialog>
      ) : null}
      {asked !== null && asked !== "link" ? (
        <RemoveFactorDialog
          title={`Unlink ${asked.label}`}
          verb="Unlink"
          factors={factors}
          remove={(proof) => unlinkIdentity(asked.identityId, proof)}
          onChanged={onChanged}
          onClose={close}
        >
          It does not sign you in any more.
        </RemoveFactorDialog>
      ) : null}
    </FactorPart>
  );
};

import type { Factors, LinkedIdentity } from "@yardarm/protocol/api/second-factors";
import { useState } from "react";
import { linkOidc, unlinkIdentity } from "../../../api/factor-calls.ts";
import { formatMoment } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { OidcNotice } from "../../sign-in/OidcNotice.tsx";
import { ProofDialog } from "./ProofDialog.tsx";

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
    <div className="flex flex-col items-start gap-2">
      <h3 className="font-medium">Linked identities</h3>
      <OidcNotice outcome={outcome} />
      <ul className="flex w-full flex-col">
        {factors.identities.map((identity) => (
          <li
            key={identity.identityId}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2"
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate">{identity.label}</span>
              <span className="block truncate text-meta text-muted">
                {identity.issuer} · since {formatMoment(Date.parse(identity.createdAt))}
              </span>
            </span>
            <Button isSmall onClick={() => setAsked(identity)}>
              Unlink
            </Button>
          </li>
        ))}
      </ul>
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
        <ProofDialog
          title={`Unlink ${asked.label}`}
          verb="Unlink"
          look="danger"
          factors={factors}
          run={async (proof) => {
            await unlinkIdentity(asked.identityId, proof);
            onChanged();
            close();
          }}
          onClose={close}
        >
          It does not sign you in any more.
        </ProofDialog>
      ) : null}
    </div>
  );
};

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { factorsQuery } from "../../../api/factor-calls.ts";
import { setupQuery } from "../../../api/queries.ts";
import { SkeletonRows } from "../../../ui/Skeleton.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { IdentitiesPart } from "./IdentitiesPart.tsx";
import { PasskeysPart } from "./PasskeysPart.tsx";
import { TotpPart } from "./TotpPart.tsx";

/** How the person signs in, besides a password. */
export const SecuritySection = () => {
  const queryClient = useQueryClient();
  const factors = useQuery(factorsQuery);
  const setup = useQuery(setupQuery);
  const changed = (): void => void queryClient.invalidateQueries({ queryKey: factorsQuery.queryKey });
  return (
    <section aria-label="Signing in" className="flex flex-col gap-4">
      <h2 className="font-semibold text-title">Signing in</h2>
      {factors.isPending || setup.isPending ? <SkeletonRows rows={6} label="Loading how you sign in" /> : null}
      {factors.isError ? <ProblemState error={factors.error} onRetry={() => void factors.refetch()} /> : null}
      {factors.data === undefined || setup.data === undefined ? null : (
        <>
          <TotpPart factors={factors.data} onChanged={changed} />
          <PasskeysPart factors={factors.data} passkeyHost={setup.data.passkeyHost} onChanged={changed} />
          <IdentitiesPart factors={factors.data} oidcName={setup.data.oidcName} onChanged={changed} />
        </>
      )}
    </section>
  );
};

import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ProblemState } from "../ProblemState.tsx";
import { useTitle } from "../use-title.ts";

/** A page that could not be shown at all: the hub is away, or something broke. */
export const RouteError = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter();
  useTitle("Problem");
  return (
    <main className="mx-auto flex max-w-120 flex-col gap-3 p-6">
      <h1 className="font-semibold text-title">Yardarm cannot show this page</h1>
      <ProblemState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
};

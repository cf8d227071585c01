import { errorText } from "../api/errors.ts";
import { ErrorState } from "../ui/ErrorState.tsx";

/** An error where it happened, in the words of `errors.ts`. */
export const ProblemState = ({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) => (
  <ErrorState {...errorText(error)} onRetry={onRetry} />
);

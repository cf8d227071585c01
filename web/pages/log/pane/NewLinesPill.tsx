import { ArrowDown } from "lucide-react";
import { type Unseen, unseenText } from "../rows/reading.ts";

/** Over the last rows, while somebody reads further up: how much is new, and the way there. */
export const NewLinesPill = ({ unseen, onGo }: { readonly unseen: Unseen; readonly onGo: () => void }) => (
  <button
    type="button"
    onClick={onGo}
    className="tabular absolute right-4 bottom-3 z-10 flex h-8 w-36 items-center justify-center gap-1.5 rounded-control border border-accent bg-surface px-3 text-accent shadow-layer hover:bg-raised"
  >
    <ArrowDown className="size-4" aria-hidden="true" />
    {unseen.count === 0 && !unseen.isMore ? "Newest line" : `${unseenText(unseen)} new`}
  </button>
);

import { Check, Copy, type LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./Button.tsx";

const SAID_MS = 2_000;

type Outcome = "none" | "copied" | "refused";

export type CopyButtonProps = {
  readonly label: string;
  readonly text: string;
  /** Where what is copied is not what is seen. */
  readonly icon?: LucideIcon;
};

/** Copies `text`. Says so in its label; where the browser refuses, it says that instead. */
export const CopyButton = ({ label, text, icon = Copy }: CopyButtonProps) => {
  const [outcome, setOutcome] = useState<Outcome>("none");
  useEffect(() => {
    if (outcome === "none") return;
    const timer = setTimeout(() => setOutcome("none"), SAID_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      setOutcome("refused");
    }
  };
  const said = outcome === "copied" ? "Copied" : outcome === "refused" ? "Not allowed: select the text instead" : label;
  const Icon = outcome === "copied" ? Check : icon;
  return (
    <>
      <IconButton label={said} onClick={() => void copy()} icon={<Icon className="size-4" aria-hidden="true" />} />
      <span role="status" className="only-read-aloud">
        {outcome === "none" ? "" : said}
      </span>
    </>
  );
};

import { Field as Base } from "@base-ui/react/field";
import type { ComponentProps } from "react";

const INPUT =
  "w-full rounded-control border border-control bg-page px-2 text-text aria-invalid:border-danger data-invalid:border-danger";

type Shared = {
  readonly label: string;
  readonly hint?: string;
  /** Said below the field; also marks it invalid. */
  readonly error?: string | null;
};

/** A labelled line of text. Label, hint and error belong to the input for assistive technology as well. */
export const TextField = ({ label, hint, error = null, ...input }: Shared & ComponentProps<"input">) => (
  <Base.Root invalid={error !== null} className="flex flex-col gap-1">
    <Base.Label className="font-medium">{label}</Base.Label>
    <Base.Control {...input} className={`${INPUT} h-8`} />
    <FieldNotes hint={hint} error={error} />
  </Base.Root>
);

const FieldNotes = ({ hint, error }: { readonly hint: string | undefined; readonly error: string | null }) => (
  <>
    {hint === undefined ? null : <Base.Description className="text-meta text-muted">{hint}</Base.Description>}
    {error === null ? null : (
      <Base.Error match className="text-danger text-meta">
        {error}
      </Base.Error>
    )}
  </>
);

import { CopyButton } from "./CopyButton.tsx";

/** A command to paste elsewhere, exactly as it is, with a button that copies it. */
export const CommandBlock = ({ label, command }: { readonly label: string; readonly command: string }) => (
  <figure className="flex items-start gap-1 rounded-control border border-control bg-page">
    <pre className="max-h-60 min-w-0 flex-1 overflow-auto p-2" tabIndex={0} aria-label={label} role="region">
      <code>{command}</code>
    </pre>
    <CopyButton label={`Copy: ${label}`} text={command} />
  </figure>
);

import type { ContainerId } from "@yardarm/protocol/ids";
import { ALL_LEVELS, LEVEL_NAMES, levelsOfMask } from "@yardarm/protocol/log/level";
import { useState } from "react";
import { downloadUrl } from "../../../api/stored-logs.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { Select } from "../../../ui/Select.tsx";
import type { LogAddress } from "../../log/log-address.ts";
import { saveFrom } from "../../log/write-out.ts";

const RANGES = [
  { value: "all", label: "Everything that is stored" },
  { value: "15m", label: "The last 15 minutes" },
  { value: "1h", label: "The last hour" },
  { value: "24h", label: "The last 24 hours" },
  { value: "custom", label: "From … to …" },
] as const;
type Range = (typeof RANGES)[number]["value"];
const FORMATS = [
  { value: "text", label: "Text" },
  { value: "ndjson", label: "NDJSON" },
] as const;
type Format = (typeof FORMATS)[number]["value"];

export type DownloadChoice = {
  readonly range: Range;
  /** As a field of local time gives them: `2026-11-21T14:02`. Only with `custom`. */
  readonly from: string;
  readonly to: string;
  readonly format: Format;
  readonly isCompressed: boolean;
  readonly isFiltered: boolean;
};

/** The query that the choice means; `all` is everything since the epoch, because without it the hub gives the last lines only. */
export const downloadQuery = (
  choice: DownloadChoice,
  { search, levelMask }: LogAddress,
): Readonly<Record<string, string>> => {
  const at = (local: string): string | undefined => (local === "" ? undefined : new Date(local).toISOString());
  const since = choice.range === "all" ? "0" : choice.range === "custom" ? (at(choice.from) ?? "0") : choice.range;
  const until = choice.range === "custom" ? at(choice.to) : undefined;
  const levels = levelsOfMask(levelMask).map((level) => LEVEL_NAMES[level]);
  const filters = {
    ...(levelMask === ALL_LEVELS ? {} : { level: levels.join(",") }),
    ...(search.text === "" || !search.onlyMatches ? {} : { q: search.text }),
    ...(search.text !== "" && search.onlyMatches && search.isRegex ? { regex: "1" } : {}),
    ...(search.text !== "" && search.onlyMatches && search.isCaseSensitive ? { case: "1" } : {}),
  };
  return {
    since,
    ...(until === undefined ? {} : { until }),
    format: choice.format,
    download: choice.isCompressed ? "gzip" : "1",
    ...(choice.isFiltered ? filters : {}),
  };
};

export type DownloadDialogProps = {
  readonly containerId: ContainerId;
  readonly name: string;
  readonly fileName: string;
  readonly address: LogAddress;
  readonly isOpen: boolean;
  readonly onClose: () => void;
};

const INITIAL: DownloadChoice = {
  range: "all",
  from: "",
  to: "",
  format: "text",
  isCompressed: true,
  isFiltered: true,
};

/** A file of what the hub has stored. */
export const DownloadDialog = (props: DownloadDialogProps) => {
  const [choice, setChoice] = useState(INITIAL);
  const change = (changes: Partial<DownloadChoice>): void => setChoice((former) => ({ ...former, ...changes }));
  const { search, levelMask } = props.address;
  const isFiltering = levelMask !== ALL_LEVELS || (search.onlyMatches && search.text !== "");
  const save = (): void => {
    const suffix = `${choice.format === "text" ? "log" : "ndjson"}${choice.isCompressed ? ".gz" : ""}`;
    saveFrom(downloadUrl(props.containerId, downloadQuery(choice, props.address)), `${props.fileName}.${suffix}`);
    props.onClose();
  };
  return (
    <Dialog
      isOpen={props.isOpen}
      onClose={props.onClose}
      title={`Download the log of ${props.name}`}
      description="What the hub has stored. Lines that you selected are saved with Download below the log."
    >
      <div className="flex flex-col items-start gap-3">
        <Select label="Range" value={choice.range} options={RANGES} onChange={(range) => change({ range })} />
        {choice.range === "custom" ? (
          <div className="grid w-full grid-cols-1 gap-3 phone:grid-cols-2">
            <TextField
              label="From"
              type="datetime-local"
              step={1}
              value={choice.from}
              onChange={(event) => change({ from: event.target.value })}
            />
            <TextField
              label="To"
              type="datetime-local"
              step={1}
              value={choice.to}
              onChange={(event) => change({ to: event.target.value })}
            />
          </div>
        ) : null}
        <Select label="Format" value={choice.format} options={FORMATS} onChange={(format) => change({ format })} />
        <Checkbox
          label="Compress with gzip"
          isChecked={choice.isCompressed}
          onChange={(isCompressed) => change({ isCompressed })}
        />
        {isFiltering ? (
          <Checkbox
            label="Only the levels and matches that are shown"
            isChecked={choice.isFiltered}
            onChange={(isFiltered) => change({ isFiltered })}
          />
        ) : null}
        {search.excludes.length > 0 ? (
          <p className="text-meta text-muted">Lines that this view leaves out by their text are in the file.</p>
        ) : null}
      </div>
      <DialogButtons>
        <Button onClick={props.onClose}>Cancel</Button>
        <Button look="primary" onClick={save}>
          Download the log
        </Button>
      </DialogButtons>
    </Dialog>
  );
};

const Checkbox = ({
  label,
  isChecked,
  onChange,
}: Readonly<{ label: string; isChecked: boolean; onChange: (isChecked: boolean) => void }>) => (
  <label className="flex min-h-6 items-center gap-2">
    <input
      type="checkbox"
      className="size-4 accent-accent"
      checked={isChecked}
      onChange={(event) => onChange(event.target.checked)}
    />
    {label}
  </label>
);

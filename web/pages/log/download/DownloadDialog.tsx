import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useLive } from "../../../live/live-context.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { RangeFields, type TypedRange, useRangeTyping } from "../../../ui/RangeFields.tsx";
import { Select } from "../../../ui/Select.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { saveFrom } from "../write-out.ts";
import {
  DOWNLOAD_FORMATS,
  DOWNLOAD_RANGES,
  type DownloadFilter,
  type DownloadFormat,
  type DownloadQuery,
  type DownloadRange,
  downloadQuery,
} from "./download-query.ts";

export type DownloadDialogProps = {
  readonly title: string;
  readonly description: ReactNode;
  /** Without the part behind the dot. */
  readonly fileName: string;
  /** What the view shows; empty when it shows everything. */
  readonly filter: DownloadFilter;
  /** True when the view leaves lines out that the hub cannot. */
  readonly leavesOut?: boolean;
  readonly range?: DownloadRange;
  readonly typed?: TypedRange;
  /** Asked first: why there can be no such file (rejects), or what to say instead of saving it. */
  readonly check?: (query: DownloadQuery, signal: AbortSignal) => Promise<string | null>;
  /** Where the browser gets the file. */
  readonly urlOf: (query: DownloadQuery, isCompressed: boolean) => string;
  readonly onClose: () => void;
};

/** A file of what the hub has stored. */
export const DownloadDialog = (props: DownloadDialogProps) => {
  const { filter, fileName, check, urlOf, onClose } = props;
  const live = useLive();
  const [range, setRange] = useState<DownloadRange>(props.range ?? "all");
  const [format, setFormat] = useState<DownloadFormat>("text");
  const [isCompressed, setCompressed] = useState(true);
  const [isFiltered, setFiltered] = useState(true);
  const typing = useRangeTyping(props.typed ?? {}, live.hubNow());
  const checking = useChecking(check);
  const save = async (): Promise<void> => {
    const typed = range === "custom" ? typing.read() : {};
    if (typed === null) return;
    const query = downloadQuery({ range, typed, format, isFiltered }, filter);
    if (!(await checking.passes(query))) return;
    const suffix = `${format === "text" ? "log" : "ndjson"}${isCompressed ? ".gz" : ""}`;
    saveFrom(urlOf(query, isCompressed), `${fileName}.${suffix}`);
    onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  return (
    <Dialog isOpen onClose={onClose} title={props.title} description={props.description}>
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <div className="flex flex-col items-start gap-3">
          <Select label="Range" value={range} options={DOWNLOAD_RANGES} onChange={setRange} />
          {range === "custom" ? (
            <div className="flex w-full flex-col gap-3">
              <p className="text-meta text-muted">In this browser's time. An empty field is open.</p>
              <RangeFields typing={typing} />
            </div>
          ) : null}
          <Select label="Format" value={format} options={DOWNLOAD_FORMATS} onChange={setFormat} />
          <Checkbox label="Compress with gzip" isChecked={isCompressed} onChange={setCompressed} />
          {Object.keys(filter).length > 0 ? (
            <Checkbox
              label="Only the levels and matches that are shown"
              isChecked={isFiltered}
              onChange={setFiltered}
            />
          ) : null}
          {props.leavesOut === true ? (
            <p className="text-meta text-muted">Lines that this view leaves out by their text are in the file.</p>
          ) : null}
        </div>
        {checking.error === null ? null : <ProblemState error={checking.error} />}
        {checking.answer === null ? null : <p role="status">{checking.answer}</p>}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={checking.isBusy ? "The hub is being asked." : null}>
            Download the log
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

/** Asks before a file is saved; what was asked is dropped when the dialog closes. */
const useChecking = (check: DownloadDialogProps["check"]) => {
  const [state, setState] = useState<{
    readonly isBusy: boolean;
    readonly error: unknown;
    readonly answer: string | null;
  }>(ANSWERED);
  const closed = useRef<AbortController | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    closed.current = controller;
    return () => controller.abort();
  }, []);
  const passes = async (query: DownloadQuery): Promise<boolean> => {
    const signal = closed.current?.signal;
    if (check === undefined || signal === undefined) return true;
    setState({ ...ANSWERED, isBusy: true });
    try {
      const answer = await check(query, signal);
      if (signal.aborted) return false;
      setState({ ...ANSWERED, answer });
      return answer === null;
    } catch (error) {
      if (!signal.aborted) setState({ ...ANSWERED, error });
      return false;
    }
  };
  return { ...state, passes };
};

const ANSWERED = { isBusy: false, error: null, answer: null } as const;

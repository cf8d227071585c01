import { Dialog as Base } from "@base-ui/react/dialog";
import { Link } from "@tanstack/react-router";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { ExternalLink, Link as LinkIcon, X } from "lucide-react";
import { memo, type ReactNode, useRef } from "react";
import { stripEscapes } from "../../../format/escape-sequences.ts";
import { formatCount } from "../../../format/percent.ts";
import { formatClockMs, formatMoment } from "../../../format/time.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { CopyButton } from "../../../ui/CopyButton.tsx";
import { Tooltip } from "../../../ui/Tooltip.tsx";
import { type ColumnChoice, LineFields, type ValueActions } from "../../log/details/LineFields.tsx";
import { shapeOfText } from "../../log/line/shown-tokens.ts";
import { PHONE, useMedia } from "../../use-media.ts";
import { lineLink, lineTarget } from "../line-link.ts";
import { useEscapeIn } from "../../use-escape-in.ts";
import { ContextLines } from "./ContextLines.tsx";
import { Fact } from "./Fact.tsx";
import { type PanelLine, textOfStored } from "./panel-line.ts";
import { SampleFacts } from "./SampleFacts.tsx";
import { useLineContext } from "./use-line-context.ts";

export type LinePanelProps = {
  readonly line: PanelLine;
  /** `undefined` for a container that this page does not know. */
  readonly container: Container | undefined;
  readonly host: Host | undefined;
  readonly actions: ValueActions;
  readonly choice?: ColumnChoice;
  readonly onClose: () => void;
  /** What has the focus when the panel is closed: the line, or the list that it is in. */
  readonly focusBack: () => HTMLElement | null;
};

/** One line of the explorer: what it says, what stands around it, what its container used at that moment. */
export const LinePanel = memo((props: LinePanelProps) => {
  const isSheet = useMedia(PHONE);
  const onClose = (): void => {
    props.onClose();
    props.focusBack()?.focus();
  };
  return isSheet ? <Sheet {...props} /> : <Inline {...props} onClose={onClose} />;
});
LinePanel.displayName = "LinePanel";

/** Below the lines, in a height that nothing changes. The focus stays in the lines, so that going through them goes on. */
const Inline = (props: LinePanelProps) => {
  const section = useRef<HTMLElement>(null);
  useEscapeIn(section, true, props.onClose);
  return (
    <section
      ref={section}
      aria-label="Line"
      className="flex h-[45%] min-h-56 shrink-0 flex-col border-control border-t bg-surface"
    >
      <PanelHeader {...props} title={<h2 className="min-w-0 truncate font-medium">{titleOf(props)}</h2>} />
      <PanelBody {...props} />
    </section>
  );
};

/** On a phone over the page, from below. */
const Sheet = (props: LinePanelProps) => {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-backdrop" />
        <Base.Popup
          ref={popup}
          initialFocus={popup}
          finalFocus={props.focusBack}
          className="fixed inset-x-0 bottom-0 z-40 flex h-[85dvh] flex-col rounded-t-layer border-control border-t bg-surface shadow-layer"
        >
          <PanelHeader
            {...props}
            title={<Base.Title className="min-w-0 truncate font-medium">{titleOf(props)}</Base.Title>}
          />
          <PanelBody {...props} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
};

const titleOf = ({ container, host }: LinePanelProps): string =>
  container === undefined ? "A container that is gone" : `${container.name} · ${host?.name ?? "unknown host"}`;

const PanelHeader = ({ line, container, onClose, title }: LinePanelProps & { readonly title: ReactNode }) => {
  const { context } = useLineContext(line.address);
  const text = line.text ?? (context?.line == null ? null : textOfStored(context.line));
  const link = container === undefined ? null : linkOf(container, line);
  const target = container === undefined ? null : lineTarget(container, linked(line));
  return (
    <div className="flex h-10 shrink-0 items-center gap-2 border-line border-b pr-1 pl-3">
      {title}
      <p className="tabular hidden min-w-0 truncate text-meta text-muted phone:block">
        Line {formatCount(line.address.seq)}
      </p>
      <span className="flex-1" />
      {text === null ? null : <CopyButton label="Copy the line" text={stripEscapes(text.message)} />}
      {link === null ? null : <CopyButton label="Copy link to the line" text={link} icon={LinkIcon} />}
      {target === null ? null : (
        <Tooltip text="Open in the container's log">
          <Link
            to={target.to}
            search={target.search}
            aria-label={`Open this line in the log of ${container?.name ?? ""}`}
            className="flex size-8 shrink-0 items-center justify-center rounded-control hover:bg-raised"
          >
            <ExternalLink className="size-4" aria-hidden="true" />
          </Link>
        </Tooltip>
      )}
      <IconButton
        label="Close the line"
        className="shrink-0"
        onClick={onClose}
        icon={<X className="size-4" aria-hidden="true" />}
      />
    </div>
  );
};

const linked = ({ address }: PanelLine) => ({ seq: address.seq, tsNs: BigInt(address.atMs) * 1_000_000n });
const linkOf = (container: Container, line: PanelLine): string => lineLink(container, linked(line));

const PanelBody = ({ line, container, actions, choice }: LinePanelProps) => {
  const { address } = line;
  const around = useLineContext(address);
  const stored = around.context?.line ?? null;
  const text = line.text ?? (stored === null ? null : textOfStored(stored));
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto tablet:flex-row tablet:overflow-hidden">
      <div
        role="region"
        aria-label="Fields of the line"
        tabIndex={0}
        className="flex shrink-0 flex-col gap-3 p-3 tablet:w-104 tablet:overflow-y-auto"
      >
        <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3 gap-y-0.5">
          <Fact name="Written">
            <time className="tabular" title={text?.ts}>
              {formatMoment(address.atMs).slice(0, 10)} {formatClockMs(address.atMs)}
            </time>
          </Fact>
          <Fact name="Level">{text === null ? "–" : `${text.level} · ${text.stream}`}</Fact>
          <SampleFacts containerId={address.containerId} atMs={address.atMs} />
          {container?.compose == null ? null : <Fact name="Compose">{container.compose.project}</Fact>}
        </dl>
        <div>
          <h3 className="text-meta text-muted">Fields</h3>
          {text === null ? (
            <p className="text-muted">{around.isOver ? "The line is not stored any more." : "Loading the line…"}</p>
          ) : (
            <div className="font-mono text-base text-text">
              <LineFields text={text.message} shape={shapeOfText(text.message)} actions={actions} choice={choice} />
            </div>
          )}
          {text?.isCut === true ? (
            <p className="text-meta text-muted">This is its beginning; the container's log has all of it.</p>
          ) : null}
        </div>
      </div>
      <ContextLines key={`${address.containerId} ${address.seq}`} address={address} around={around} />
    </div>
  );
};

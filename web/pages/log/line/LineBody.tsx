import { levelName } from "@yardarm/protocol/log/level";
import { FLAG_STDERR, FLAG_TRUNCATED, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { rfc3339FromNs } from "@yardarm/protocol/time";
import { type CSSProperties, memo } from "react";
import { formatBytes } from "../../../format/bytes.ts";
import type { LogChunk } from "../../../live/log-chunk.ts";
import type { LogQuery } from "../../../workers/log-messages.ts";
import { type LineToken, lineTokens } from "./line-tokens.ts";
import { markTokens } from "./search-highlight.ts";
import "./line.css";

/** Of longer lines only this much is drawn until somebody asks for all of it. */
const SHOWN_BYTES = 8 * 1024;

export type LineBodyProps = {
  readonly chunk: LogChunk;
  readonly index: number;
  /** `null` shows no stamp. */
  readonly stamp: string | null;
  readonly showsStream: boolean;
  readonly isExpanded: boolean;
  /** Only where the browser cannot highlight by itself. */
  readonly query: LogQuery | null;
};

/** What stands in one row. What an index of a chunk holds never changes, so neither does this. */
export const LineBody = memo(({ chunk, index, stamp, showsStream, isExpanded, query }: LineBodyProps) => {
  const flags = chunk.flags(index);
  const level = levelName(levelOfFlags(flags));
  const length = chunk.lineLength(index);
  const isCut = length > SHOWN_BYTES && !isExpanded;
  const tokens = lineTokens(chunk.lineText(index, isCut ? SHOWN_BYTES : length));
  const isStderr = (flags & FLAG_STDERR) !== 0;
  return (
    <>
      {stamp === null ? null : (
        <span className="yd-stamp" title={rfc3339FromNs(chunk.stampNs(index))}>
          {stamp}
        </span>
      )}
      <span className="yd-level" data-level={level} title={level}>
        {level === "unknown" ? "" : level.charAt(0).toUpperCase()}
      </span>
      {showsStream ? (
        <span className="yd-stream" title={isStderr ? "stderr" : "stdout"}>
          {isStderr ? "err" : "out"}
        </span>
      ) : null}
      <span className="yd-body">
        <span className="yd-text">{(query === null ? tokens : markTokens(tokens, query)).map(renderToken)}</span>
        {isCut ? (
          <button type="button" className="yd-more" data-do="expand" tabIndex={-1}>
            show all {formatBytes(length)}
          </button>
        ) : null}
        {(flags & FLAG_TRUNCATED) !== 0 && !isCut ? (
          <span className="yd-more">
            cut: {formatBytes(length)} of {formatBytes(chunk.originalLength(index))}
          </span>
        ) : null}
      </span>
    </>
  );
});
LineBody.displayName = "LineBody";

/** Text nodes only; the one attribute that comes from a log is a checked http(s) address. */
const renderToken = (token: LineToken, position: number) => {
  const { text, href, className, title } = token;
  if (href !== undefined) {
    return (
      <a key={position} href={href} target="_blank" rel="noreferrer" tabIndex={-1} className={className}>
        {text}
      </a>
    );
  }
  const style = styleOf(token);
  if (className === undefined && style === undefined) return text;
  return (
    <span key={position} className={className} style={style} title={title}>
      {text}
    </span>
  );
};

const styleOf = ({ colour, background }: LineToken): CSSProperties | undefined => {
  if (colour === undefined && background === undefined) return undefined;
  return { ...(colour === undefined ? {} : { color: colour }), ...(background === undefined ? {} : { background }) };
};

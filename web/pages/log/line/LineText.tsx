import { memo } from "react";
import type { LineToken } from "./line-tokens.ts";
import { type ShownLook, shownTokens } from "./shown-tokens.ts";
import "./line.css";

export type LineTextProps = ShownLook & {
  /** As the container wrote it. */
  readonly text: string;
  /** Addresses can be followed. Not inside of a button. */
  readonly hasLinks: boolean;
};

/** What a line says, as the log's rows show it, in places that are none. The text is hostile: it only becomes text nodes. */
export const LineText = memo(({ text, hasLinks, showsFields, matcher }: LineTextProps) => (
  <span className="yd-text">
    {shownTokens(text, { showsFields, matcher }).map((token, index) => (
      <Piece key={index} token={token} hasLinks={hasLinks} />
    ))}
  </span>
));
LineText.displayName = "LineText";

const Piece = ({
  token: { text, href, className, title, colour, background },
  hasLinks,
}: {
  readonly token: LineToken;
  readonly hasLinks: boolean;
}) => {
  if (href !== undefined && hasLinks) {
    return (
      <a href={href} target="_blank" rel="noreferrer" className={className}>
        {text}
      </a>
    );
  }
  if (className === undefined && colour === undefined && background === undefined) return text;
  const isFound = className?.includes("yd-match") === true;
  const Element = isFound ? "mark" : "span";
  return (
    <Element className={className} title={title} style={{ color: colour, background }}>
      {text}
    </Element>
  );
};

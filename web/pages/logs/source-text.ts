/** Whose a line is, in the few characters of its column. The container's name matters most; the host gets what is left of them. */

export type SourceName = {
  readonly container: string;
  /** `null` where all lines come from one host. */
  readonly host: string | null;
  /** The line came after later ones had been shown. */
  readonly isLate: boolean;
};

/** Fewer characters of a host's name tell nothing. */
const LEAST_HOST = 4;
const BETWEEN = " · ";
const LATE = `late${BETWEEN}`;

/** All of it, for whoever points at it. */
export const wholeSource = ({ container, host, isLate }: SourceName): string =>
  `${isLate ? LATE : ""}${container}${host === null ? "" : BETWEEN + host}`;

/** As much of it as `characters` hold. */
export const sourceText = (name: SourceName, characters: number): string => {
  const { container, host, isLate } = name;
  const room = characters - (isLate ? LATE.length : 0);
  const hostRoom = room - container.length - BETWEEN.length;
  const isHostShown = host !== null && (hostRoom >= LEAST_HOST || hostRoom >= host.length);
  return wholeSource({
    container: shortened(container, room),
    host: isHostShown ? shortHost(host, hostRoom) : null,
    isLate,
  });
};

/** People call a host by what stands before the first dot; where that fits, it says more than both ends of the whole. */
const shortHost = (host: string, characters: number): string => {
  const [first = ""] = host.split(/[. ]/, 1);
  return host.length > characters && first !== "" && first.length <= characters ? first : shortened(host, characters);
};

/** Names that begin alike end in what tells them apart, such as a number: the middle goes. */
const shortened = (name: string, characters: number): string => {
  if (name.length <= characters) return name;
  const end = Math.max(0, Math.floor((characters - 1) / 2));
  const start = Math.max(0, characters - 1 - end);
  return `${name.slice(0, start)}…${name.slice(name.length - end)}`;
};

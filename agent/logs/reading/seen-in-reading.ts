/** What one reading of a log has met so far. */
export type SeenInReading = {
  hasMessages: boolean;
  linesRead: number;
  /** Something older than the line that was open at the place, so that its head was read as well. */
  hasReadOlder: boolean;
  /** A line before the place looked like one behind it. */
  hasReadNewer: boolean;
  /** All that is read is newer than the place. */
  isBehindPlace: boolean;
  isAtEnd: boolean;
  /** It has delivered everything; why it ended is being asked. */
  hasEnded: boolean;
};

export const nothingSeen = (): SeenInReading => ({
  hasMessages: false,
  linesRead: 0,
  hasReadOlder: false,
  hasReadNewer: false,
  isBehindPlace: false,
  isAtEnd: false,
  hasEnded: false,
});

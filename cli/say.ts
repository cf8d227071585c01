/** A sentence for the person at the terminal; the hub's own log goes to standard output as JSON. */
export const say = (sentence: string): void => console.error(sentence);

/** What the operator is told of a new recovery key; it is nowhere else. */
export const sayRecoveryKey = (recoveryKey: string): void => {
  say(
    `Recovery key of this hub, shown this once and stored nowhere. Keep it away from the hub's machines:\n\n` +
      `    ${recoveryKey}\n\nIt alone revokes all keys of a hub that was broken into («yardarm keys revoke-all»).\n`,
  );
};

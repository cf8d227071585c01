/** A sentence for the person at the terminal; the hub's own log goes to standard output as JSON. */
export const say = (sentence: string): void => console.error(sentence);

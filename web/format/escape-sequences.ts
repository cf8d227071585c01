/**
 * Terminal escape sequences inside a line of text. Only colours and weights (SGR) mean anything in a log view; the rest
 * (cursor movement, titles, OSC 8 links, OSC 52 clipboard writes) is taken out and never obeyed.
 */

// Each alternative stops at the next ESC, so that a line full of unfinished sequences takes linear time.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these very characters are looked for
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-OQ-WYZ\\`-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these very characters are looked for
const SGR = /^\u001b\[[\d;]*m$/;

/** The text without any whole escape sequence. An unfinished one stays, to be shown as what it is. */
export const stripEscapes = (text: string): string => (text.includes("\u001b") ? text.replace(ESCAPES, "") : text);

/** The text with no other escape sequences than those that set colours and weights. */
export const keepSgr = (text: string): string =>
  text.replace(ESCAPES, (sequence) => (SGR.test(sequence) ? sequence : ""));

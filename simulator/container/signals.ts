import { badParameter } from "../engine-refusal.ts";

const NUMBERS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  TERM: 15,
  CONT: 18,
  STOP: 19,
  WINCH: 28,
};

export const SIGKILL = 9;

/** `SIGTERM`, `TERM` or `15` as a number. */
export const signalNumber = (signal: string): number => {
  const known = /^\d+$/.test(signal) ? Number(signal) : NUMBERS[signal.toUpperCase().replace(/^SIG/, "")];
  if (known === undefined || known < 1 || known > 64) throw badParameter(`Invalid signal: ${signal}`);
  return known;
};

/** Whether an unprepared process ends on this signal. */
export const endsByDefault = (signal: number): boolean => signal !== 18 && signal !== 19 && signal !== 28;

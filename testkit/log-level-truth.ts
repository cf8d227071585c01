/**
 * The level that each line of the samples states, read from the column in which its program writes it: by the layout that
 * the collection documents for that program, and knowing nothing of the product's detector.
 */
import type { LevelName } from "@yardarm/protocol/log/level";
import type { LogSample } from "./log-samples.ts";

type Truth = (line: string) => LevelName;

/** log4j's and Python's words; both write them in capitals. */
const CAPITALS: Readonly<Record<string, LevelName>> = {
  TRACE: "trace",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  WARNING: "warn",
  ERROR: "error",
  FATAL: "fatal",
  CRITICAL: "fatal",
};

/** Apache's `LogLevel` words. */
const APACHE: Readonly<Record<string, LevelName>> = {
  emerg: "fatal",
  alert: "fatal",
  crit: "fatal",
  error: "error",
  warn: "warn",
  notice: "info",
  info: "info",
  debug: "debug",
};

/** The `index`-th column, columns being set apart by blanks. A line that does not fit is a mistake in this file. */
const columnOf =
  (index: number): Truth =>
  (line) => {
    const word = line.split(/ +/)[index] ?? "";
    const level = CAPITALS[word];
    if (level === undefined) throw new Error(`Column ${index} of this line is no level: ${line}`);
    return level;
  };

/** Behind `<month> <day> <time> <host> <program>[<pid>]: ` no column states a level: a program may put one first. */
const messageOf = (line: string): string => line.slice(line.indexOf(": ") + 2);

const TRUTHS: Readonly<Record<LogSample, Truth>> = {
  // [<time>] [<level>] <content>
  Apache: (line) => {
    const word = line.slice(line.indexOf("] [") + 3).split("]")[0] ?? "";
    const level = APACHE[word];
    if (level === undefined) throw new Error(`No level in the second brackets: ${line}`);
    return level;
  },
  // <date> <time> <pid> <level> <component>: <content>
  HDFS: columnOf(3),
  // <date> <time> <level> [<process>] <component>: <content>
  Hadoop: columnOf(2),
  // xinetd writes `warning: …`, gpm `*** info [file(line)]: …`; kernel, sshd, ftpd and the others state none.
  Linux: (line) => {
    const message = messageOf(line);
    if (message.startsWith("warning: ")) return "warn";
    return message.startsWith("*** info [") ? "info" : "unknown";
  },
  // sshd puts its own word in front of what is at least an error, or a debug message.
  OpenSSH: (line) => {
    const message = messageOf(line);
    if (message.startsWith("error: ")) return "error";
    return message.startsWith("fatal: ") ? "fatal" : "unknown";
  },
  // <file> <date> <time> <pid> <level> <component> [<request>] <content>
  OpenStack: columnOf(4),
  // <date> <time> <level> <component>: <content>
  Spark: columnOf(2),
  // <date> <time> - <level>  [<node>:<component>@<id>] - <content>
  Zookeeper: columnOf(3),
};

/** The level that this line of the sample states; `unknown` where it states none. */
export const statedLevel = (sample: LogSample, line: string): LevelName => TRUTHS[sample](line);

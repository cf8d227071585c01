import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/** Names of fields whose values never reach the log, wherever they stand up to three levels deep. */
const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "set-cookie",
  "www-authenticate",
  "token",
  "joinToken",
  "setupToken",
  "ticket",
  "nonce",
  "password",
  "passwordHash",
  "secret",
  "seed",
  "signature",
  "privateKey",
];

const paths = SECRET_FIELDS.flatMap((name) => ["", "*.", "*.*."].map((prefix) => `${prefix}["${name}"]`)).map((path) =>
  path.replace(/\.\[/, "["),
);

const URL_SECRETS = /([?&](?:ticket|token|nonce)=)[^&#\s"]+/gi;

/** Strikes single-use credentials out of a URL; the only place where they may travel in one is a request line. */
export const scrubUrl = (url: string): string => url.replace(URL_SECRETS, "$1[redacted]");

export interface LoggerOptions {
  readonly level: string;
  /** Where lines go; standard output when absent. */
  readonly destination?: DestinationStream;
}

/** One JSON object per line, times in ISO 8601. `url` fields are scrubbed, secrets replaced by `[redacted]`. */
export const createLogger = ({ level, destination }: LoggerOptions): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: "[redacted]" },
      serializers: { url: (url: unknown) => (typeof url === "string" ? scrubUrl(url) : url) },
    },
    ...(destination === undefined ? [] : [destination]),
  );

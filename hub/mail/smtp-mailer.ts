import { ProtocolError } from "@yardarm/protocol/errors";
import nodemailer, { type SentMessageInfo, type Transporter } from "nodemailer";

/** Plain text for one address. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Resolves when the mail server has taken the letter. @throws ProtocolError with a sentence, without the letter */
  send(letter: Letter): Promise<void>;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 15_000;
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** What is asked of the connection to a mail server: beyond loopback no letter and no password leaves unencrypted. */
export const smtpOptions = (url: URL) => {
  const isImplicit = url.protocol === "smtps:";
  const isLoopback = LOOPBACK.includes(url.hostname);
  const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (isImplicit ? 465 : 587) : Number(url.port),
    secure: isImplicit,
    requireTLS: !isImplicit && !isLoopback,
    ...(url.username === "" ? {} : { auth }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

/** Letters by SMTP, each over a connection of its own: a hub writes few. */
export class SmtpMailer implements Mailer {
  readonly #transport: Transporter<SentMessageInfo>;
  readonly #from: string;

  /** @param from the sender's address */
  constructor(options: { readonly url: URL; readonly from: string }) {
    this.#transport = nodemailer.createTransport(smtpOptions(options.url));
    this.#from = options.from;
  }

  async send({ to, subject, text }: Letter): Promise<void> {
    try {
      // An object and no header text, so that an address is never read as a list of them.
      const from = { name: "Yardarm", address: this.#from };
      await this.#transport.sendMail({ from, to: { name: "", address: to }, subject, text });
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new ProtocolError("internal", `The mail server did not take a letter: ${said}`, { cause });
    }
  }
}

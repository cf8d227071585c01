import type { Post } from "./auth/letter/letters.ts";
import type { Config } from "./config.ts";
import { SmtpMailer } from "./mail/smtp-mailer.ts";

/** Where the hub's letters go; `null` where the operator configured no mail server. */
export const postOf = ({ smtpUrl, smtpFrom }: Pick<Config, "smtpUrl" | "smtpFrom">): Post | null => {
  if (smtpUrl === null || smtpFrom === null) return null;
  const mailer = new SmtpMailer({ url: smtpUrl, from: smtpFrom });
  return (letter) => mailer.send(letter);
};

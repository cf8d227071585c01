import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A letter as it arrived: the envelope's recipient, the headers folded out, the decoded text. */
export interface ReceivedLetter {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A mail server on loopback that keeps what it is given; it speaks as much SMTP as a letter needs, without TLS. */
export interface SmtpServer extends AsyncDisposable {
  readonly port: number;
  readonly letters: readonly ReceivedLetter[];
  /** Resolves with the letter number `index` (from 0) once it has come. */
  letter(index: number): Promise<ReceivedLetter>;
}

export interface SmtpServerOptions {
  /** User and password that it asks for. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Refuses every recipient. */
  readonly isFull?: boolean;
}

export const startSmtpServer = async ({ login, isFull = false }: SmtpServerOptions = {}): Promise<SmtpServer> => {
  const letters: ReceivedLetter[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();

  const converse = (socket: Socket): void => {
    let buffer = "";
    let data: string | null = null;
    let envelope = { from: "", to: [] as string[] };
    let isKnown = login === undefined;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const checkLogin = (argument: string): string => {
      const [, user, password] = Buffer.from(argument, "base64").toString("utf8").split("\0");
      isKnown = user === login?.user && password === login?.password;
      return isKnown ? "235 welcome" : "535 who are you";
    };
    const answerTo = (verb: string, argument: string): string => {
      switch (verb) {
        case "EHLO":
          return login === undefined ? "250-smtp.test\r\n250 8BITMIME" : "250-smtp.test\r\n250 AUTH PLAIN";
        case "AUTH":
          return checkLogin(argument.split(" ")[1] ?? "");
        case "MAIL":
          if (!isKnown) return "530 who are you";
          envelope = { from: addressIn(argument), to: [] };
          return "250 fine";
        case "RCPT":
          if (isFull) return "452 no room";
          envelope.to.push(addressIn(argument));
          return "250 fine";
        case "DATA":
          data = "";
          return "354 go on";
        case "QUIT":
          return "221 bye";
        default:
          return "250 fine";
      }
    };
    const take = (line: string): void => {
      if (data === null) {
        const [verb = "", ...rest] = line.split(" ");
        say(answerTo(verb.toUpperCase(), rest.join(" ")));
        if (verb.toUpperCase() === "QUIT") socket.end();
      } else if (line !== ".") {
        data += `${line.startsWith("..") ? line.slice(1) : line}\r\n`;
      } else {
        letters.push({ ...envelope, ...parseLetter(data) });
        data = null;
        for (const look of waiting) look();
        say("250 taken");
      }
    };
    socket.setEncoding("latin1").on("data", (piece: string) => {
      buffer += piece;
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        take(line);
      }
    });
    socket.on("error", () => {});
    say("220 smtp.test");
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    converse(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    letters,
    letter: (index) =>
      new Promise((resolve) => {
        const look = (): void => {
          const letter = letters[index];
          if (letter === undefined) return;
          waiting.delete(look);
          resolve(letter);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};

const addressIn = (argument: string): string => /<([^>]*)>/.exec(argument)?.[1] ?? "";

const parseLetter = (data: string): Pick<ReceivedLetter, "headers" | "text"> => {
  const [head = "", ...rest] = data.split("\r\n\r\n");
  const lines = head.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
    }),
  );
  const body = rest.join("\r\n\r\n");
  return { headers, text: decodeBody(body, headers.get("content-transfer-encoding") ?? "7bit") };
};

const decodeBody = (body: string, encoding: string): string => {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
};

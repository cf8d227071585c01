import { startSmtpServer } from "@yardarm/testkit/smtp-server";
import { expect, test } from "vitest";
import { SmtpMailer, smtpOptions } from "./smtp-mailer.ts";

const letter = { to: "ada@example.com", subject: "Grüße", text: "One line.\n.\nhttps://hub.example/x#token=abc\n" };
const mailerTo = (port: number, login = ""): SmtpMailer =>
  new SmtpMailer({ url: new URL(`smtp://${login}127.0.0.1:${port}`), from: "hub@example.com" });

test("a letter arrives as it was written, for its one address", async () => {
  await using server = await startSmtpServer({ login: { user: "hub@x", password: "p:ss" } });
  await mailerTo(server.port, "hub%40x:p%3Ass@").send(letter);
  const received = await server.letter(0);
  expect(received).toMatchObject({ from: "hub@example.com", to: ["ada@example.com"] });
  expect(received.headers.get("from")).toBe("Yardarm <hub@example.com>");
  expect(received.headers.get("to")).toBe("ada@example.com");
  expect(received.headers.get("subject")).toContain("=?UTF-8?");
  expect(received.text.replaceAll("\r\n", "\n").trim()).toBe(letter.text.trim());
});

test("[SEC] an address or a subject with line breaks adds no recipient and no header", async () => {
  await using server = await startSmtpServer();
  await mailerTo(server.port)
    .send({ to: "ada@example.com\r\nBcc: eve@example.com", subject: "Hi\r\nBcc: eve@example.com", text: "x" })
    .catch(() => {});
  await mailerTo(server.port)
    .send({ ...letter, to: "ada@example.com, eve@example.com" })
    .catch(() => {});
  for (const { to, headers } of server.letters) {
    expect(to).not.toContain("eve@example.com");
    expect(headers.has("bcc")).toBe(false);
  }
});

test("a letter that is not taken is an error, which tells neither the letter nor the password", async () => {
  await using full = await startSmtpServer({ isFull: true });
  await expect(mailerTo(full.port).send(letter)).rejects.toThrow(/did not take a letter: .*no room/);
  await using strict = await startSmtpServer({ login: { user: "hub", password: "right" } });
  const refused = await mailerTo(strict.port, "hub:wrong-secret@").send(letter).catch(String);
  expect(refused).toContain("did not take a letter");
  expect(refused).not.toMatch(/wrong-secret|token=/);
  await using gone = await startSmtpServer();
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  await expect(mailerTo(port).send(letter)).rejects.toThrow("did not take a letter");
}, 30_000);

test("[SEC] beyond loopback nothing is said before the connection is encrypted", () => {
  const asked = (address: string) => {
    const { host, port, secure, requireTLS } = smtpOptions(new URL(address));
    return { host, port, secure, requireTLS };
  };
  expect(asked("smtp://u:p@mail.example.com")).toEqual({
    ...{ host: "mail.example.com", port: 587, secure: false, requireTLS: true },
  });
  expect(asked("smtps://mail.example.com")).toMatchObject({ port: 465, secure: true });
  expect(asked("smtp://127.0.0.1:2525")).toMatchObject({ port: 2525, requireTLS: false });
});

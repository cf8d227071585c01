import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { formatChallenge } from "@yardarm/protocol/challenge";
import { asId, type HostId, type HubId } from "@yardarm/protocol/ids";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { dialHub } from "./dial.ts";
import { parseHubUrl } from "./hub-url.ts";

const hubId = asId<HubId>("hub_0123456789abcdefghij");
const hostId = asId<HostId>("hst_0123456789abcdefghij");
const NONCE = "n".repeat(43);

/** What signed the request's token, empty without one. */
const tokenOf = ({ headers }: IncomingMessage): string =>
  Buffer.from(headers.authorization?.split(".")[2] ?? "", "base64url").toString();

describe("dialHub, against a real WebSocket server", () => {
  let server: Server;
  let port: number;
  let sockets: WebSocketServer;
  let requests: IncomingMessage[];
  let challenger: HubId;
  let verdict: "accept" | "refuse" | "unknown key";
  let keyNames: string[];
  let proved: string[];
  let accepted: Promise<WebSocket>;

  beforeEach(async () => {
    requests = [];
    challenger = hubId;
    verdict = "accept";
    keyNames = ["present-"];
    proved = [];
    server = createServer();
    sockets = new WebSocketServer({ noServer: true });
    accepted = new Promise((resolve) => sockets.once("connection", resolve));
    server.on("upgrade", (request, socket, head) => {
      requests.push(request);
      const refuse = (status: string, headers: string, body: string) =>
        socket.end(
          `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
      if (request.headers.authorization === undefined) {
        refuse("401 Unauthorized", `WWW-Authenticate: ${formatChallenge({ hub: challenger, nonce: NONCE })}\r\n`, "");
      } else if (verdict === "unknown key" && tokenOf(request).startsWith("next-")) {
        refuse("401 Unauthorized", "", JSON.stringify({ code: "signature_invalid", detail: "Unknown key." }));
      } else if (verdict === "refuse") {
        refuse("403 Forbidden", "", JSON.stringify({ code: "host_revoked", detail: "This host was revoked." }));
      } else {
        sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit("connection", ws));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  });

  const dial = (events: Partial<Parameters<ReturnType<typeof dialHub>>[0]> = {}, signal = AbortSignal.timeout(5_000)) =>
    dialHub({
      hubUrl: new URL(`http://127.0.0.1:${port}/base/`),
      hubId,
      hostId,
      keys: () =>
        keyNames.map((publicKey) => ({
          publicKey,
          sign: (purpose, payload) => Buffer.from(`${publicKey}${purpose}:${payload.length}`).toString("base64url"),
        })),
      proved: ({ publicKey }) => void proved.push(publicKey),
    })({ message: () => {}, closed: () => {}, ...events }, signal);

  test("answers the challenge with a token in the header, never in the URL", async () => {
    const socket = await dial();
    const [, upgrade] = requests;
    const [header = "", claims = "", signature = ""] = upgrade?.headers.authorization?.slice(7).split(".") ?? [];
    expect(upgrade?.url).toBe(`/base/ws/agent/${hostId}`);
    expect(Buffer.from(header, "base64url").toString()).toBe('{"alg":"EdDSA","typ":"JWT"}');
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({ aud: hubId, sub: hostId, nonce: NONCE });
    expect(Buffer.from(signature, "base64url").toString()).toBe(`present-connect:${header.length + 1 + claims.length}`);
    expect(upgrade?.headers["sec-websocket-extensions"]).toBeUndefined();
    socket.terminate();
  });

  test("carries text and binary frames both ways, and says when it ends", async () => {
    const heard: unknown[] = [];
    const closed = new Promise<string>((resolve) => {
      void dial({
        message: (frame, isBinary) => heard.push([frame.toString(), isBinary]),
        closed: (code, reason) => resolve(`${code} ${reason}`),
      }).then((socket) => {
        socket.send("hello", () => {});
        socket.send(Uint8Array.of(1, 2, 3), () => {});
      });
    });
    const hub = await accepted;
    const received: unknown[] = [];
    await new Promise<void>((resolve) => {
      hub.on("message", (data: Buffer, isBinary) => {
        received.push([isBinary, data.length]);
        if (received.length === 2) resolve();
      });
    });
    expect(received).toEqual([
      [false, 5],
      [true, 3],
    ]);
    hub.send("welcome");
    hub.close(4503, "draining");
    expect(await closed).toBe("4503 draining");
    expect(heard).toEqual([["welcome", false]]);
  });

  test("refuses to prove itself to another hub", async () => {
    challenger = asId<HubId>("hub_zzzzzzzzzzzzzzzzzzzz");
    await expect(dial()).rejects.toMatchObject({ code: "key_mismatch" });
    expect(requests).toHaveLength(1);
  });

  test("names the hub's own reason for a refusal", async () => {
    verdict = "refuse";
    await expect(dial()).rejects.toMatchObject({ code: "host_revoked", message: "This host was revoked." });
  });

  test("[HOST-06] while its key is replaced, the other key is tried where the first one is not known", async () => {
    verdict = "unknown key";
    keyNames = ["next-", "present-"];
    const socket = await dial();
    expect(proved).toEqual(["present-"]);
    expect(requests.map(tokenOf)).toEqual([
      "",
      expect.stringMatching(/^next-/),
      "",
      expect.stringMatching(/^present-/),
    ]);
    socket.terminate();
    verdict = "refuse";
    requests = [];
    await expect(dial()).rejects.toMatchObject({ code: "host_revoked" });
    expect(requests).toHaveLength(2);
  });

  test("says that the hub cannot be reached", async () => {
    server.close();
    await expect(dial()).rejects.toMatchObject({ code: "agent_timeout", message: /cannot be reached/ });
  });

  test("gives up when told to", async () => {
    const reason = new Error("stop");
    await expect(dial({}, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe("parseHubUrl", () => {
  const options = { allowInsecure: false };

  test.each(["https://hub.example", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])(
    "[HOST-03] accepts %s",
    (text) => expect(parseHubUrl(text, options).href).toContain(text),
  );

  test("[HOST-03] refuses plain HTTP beyond loopback unless it was allowed", () => {
    expect(() => parseHubUrl("http://hub.example", options)).toThrow(/AGENT_ALLOW_INSECURE=1/);
    expect(() => parseHubUrl("http://127.0.0.1.example", options)).toThrow(/plain HTTP/);
    expect(parseHubUrl("http://hub.example", { allowInsecure: true }).hostname).toBe("hub.example");
  });

  test.each(["hub.example", "ftp://hub.example", "https://user:secret@hub.example"])("refuses %s", (text) => {
    expect(() => parseHubUrl(text, options)).toThrow(/AGENT_API_URL/);
  });
});

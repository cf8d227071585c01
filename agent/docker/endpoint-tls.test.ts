import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { makeTempDir } from "@yardarm/testkit/temp-dir";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discoverEngine } from "./discover-engine.ts";
import type { EngineEndpoint } from "./endpoint.ts";
import { openRawStream } from "./raw-stream.ts";
import { UnaryClient } from "./unary-client.ts";

/** One DER element. */
const der = (tag: number, ...contents: Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;

/** A key and its self-signed certificate for 127.0.0.1, which serves as authority, server and client alike. */
const selfSigned = (): { readonly key: string; readonly cert: string } => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const ed25519 = der(0x30, der(0x06, Buffer.from("2b6570", "hex")));
  const commonName = der(0x30, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("engine")));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(0x30, der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z")));
  const loopback = der(0x04, der(0x30, der(0x87, Buffer.from([127, 0, 0, 1]))));
  const alternativeName = der(0x30, der(0x06, Buffer.from("551d11", "hex")), loopback);
  const toSign = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ed25519,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, alternativeName)),
  );
  const signature = der(0x03, Buffer.from([0]), sign(null, toSign, privateKey));
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { key, cert: pem("CERTIFICATE", der(0x30, toSign, ed25519, signature)) };
};

let server: https.Server;
let endpoint: EngineEndpoint;
let removeFiles: () => Promise<void>;

beforeAll(async () => {
  const { key, cert } = selfSigned();
  server = https.createServer({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: true });
  server.on("request", (_, response) => void response.end("over TLS"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const directory = await makeTempDir("tls");
  removeFiles = directory.remove;
  for (const [file, text] of Object.entries({ "ca.pem": cert, "cert.pem": cert, "key.pem": key })) {
    await writeFile(path.join(directory.path, file), text);
  }
  const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const discovery = await discoverEngine({
    DOCKER_HOST: address,
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: directory.path,
  });
  if (discovery.status !== "found") throw new Error(JSON.stringify(discovery));
  endpoint = discovery.endpoint;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await removeFiles();
});

const asked = { path: "/_ping", what: "answer a ping", timeoutMs: 5_000 };

test("[OPER-06] calls and streams prove who they are over TLS", async () => {
  const client = new UnaryClient(endpoint);
  const answer = await client.request({ ...asked, method: "GET", lane: "read" });
  client.close();
  expect(answer.body.toString()).toBe("over TLS");
  let text = "";
  for await (const chunk of (await openRawStream(endpoint, asked)).chunks()) text += chunk.toString();
  expect(text).toBe("over TLS");
});

test("a server that the authority does not know is not spoken to", async () => {
  const other = selfSigned();
  if (endpoint.kind !== "tcp") throw new Error("not TCP");
  const tls = { ca: Buffer.from(other.cert), cert: Buffer.from(other.cert), key: Buffer.from(other.key) };
  const wrong: EngineEndpoint = { ...endpoint, tls };
  await expect(openRawStream(wrong, asked)).rejects.toMatchObject({ code: "engine_unreachable" });
});

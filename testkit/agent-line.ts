import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { parseChallenge } from "@yardarm/protocol/challenge";
import { parseJoinToken } from "@yardarm/protocol/join-token";
import { WebSocket } from "ws";
import { AgentKey } from "./agent-key.ts";
import { HELLO, Peer } from "./gateway-world.ts";

/** An agent that has joined with its token. */
export interface EnrolledAgent {
  readonly hostId: string;
  readonly key: AgentKey;
  /** Proves who it is; the socket is open and nothing was said on it. */
  connect(): Promise<Peer>;
}

export const enrollAgent = async (
  hubUrl: string,
  { hostId, joinToken }: { readonly hostId: string; readonly joinToken: string },
): Promise<EnrolledAgent> => {
  const token = parseJoinToken(joinToken);
  if (token === null) throw new Error("That is no join token.");
  const key = new AgentKey();
  const enrolled = await fetch(`${hubUrl}/api/agent/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(key.enrollRequest(token)),
  });
  if (enrolled.status !== 201) throw new Error(`Not enrolled: ${await enrolled.text()}`);
  const address = `${hubUrl.replace(/^http/, "ws")}/ws/agent/${hostId}`;
  const connect = async (): Promise<Peer> => {
    const door = new WebSocket(address);
    door.on("error", () => {});
    const [, refusal] = (await once(door, "unexpected-response")) as [unknown, IncomingMessage];
    const challenge = parseChallenge(refusal.headers["www-authenticate"] ?? "");
    refusal.destroy();
    if (challenge === null) throw new Error("The hub does not challenge.");
    const claims = { aud: challenge.hub, sub: hostId, nonce: challenge.nonce };
    const peer = new Peer(new WebSocket(address, { headers: { authorization: `Bearer ${key.connectToken(claims)}` } }));
    await once(peer.socket, "open");
    return peer;
  };
  return { hostId, key, connect };
};

/** An agent that has joined with its token, connected and been welcomed; it says nothing more. */
export const connectAgent = async (
  hubUrl: string,
  created: { readonly hostId: string; readonly joinToken: string },
): Promise<Peer> => {
  const peer = await (await enrollAgent(hubUrl, created)).connect();
  peer.send(HELLO);
  await peer.message((text) => text.includes("welcome"));
  return peer;
};

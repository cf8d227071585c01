import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  isSignedFor,
  privateKeyFromSeed,
  publicKeyFromRaw,
  rawPublicKey,
  signFor,
} from "@yardarm/agent/identity/ed25519";
import type { ActionCommand } from "@yardarm/protocol/action";
import { type AgentDown, agentDownSchema } from "@yardarm/protocol/agent-down/down";
import type { AgentSession } from "@yardarm/protocol/agent-down/welcome";
import { type AgentUp, agentUpSchema } from "@yardarm/protocol/agent-up/up";
import { enrollClaimSchema, enrollRequestSchema, type KeySet } from "@yardarm/protocol/api/hosts";
import { CONNECT_TOKEN_HEADER, formatChallenge } from "@yardarm/protocol/challenge";
import { connectClaimsSchema } from "@yardarm/protocol/connect-token";
import { asId, type HostId, type HubId, type NodeId, type OrgId } from "@yardarm/protocol/ids";
import { formatJoinToken, type JoinToken } from "@yardarm/protocol/join-token";
import type { SigningPurpose } from "@yardarm/protocol/signing";
import { type WebSocket, WebSocketServer } from "ws";
import { CollectingLogHub } from "./collecting-log-hub.ts";
import { waitUntil } from "./wait-until.ts";

const ID = "0123456789abcdefghij";

/** What an agent said in one connection. */
export interface AgentConnection {
  readonly messages: readonly AgentUp[];
  send(message: AgentDown): void;
  /** Ends it without a closing handshake. */
  cut(): void;
  readonly isOpen: boolean;
  readonly session: AgentSession;
}

/**
 * The hub's side of enrollment and of one agent's connection, over real sockets and with real signatures, and nothing
 * more: for tests of agents without a hub. Every message is held against its schema.
 */
export class AgentHub implements AsyncDisposable {
  readonly hubId = asId<HubId>(`hub_${ID}`);
  readonly hostId = asId<HostId>(`hst_${ID}`);
  readonly orgId = asId<OrgId>(`org_${ID}`);
  readonly logs = new CollectingLogHub();
  readonly connections: AgentConnection[] = [];
  readonly joinToken: string;
  readonly #key = generateKeyPairSync("ed25519").privateKey;
  readonly #token: JoinToken;
  readonly #keySet: string;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #nonces = new Set<string>();
  #agentKey: string | null = null;
  #failure: unknown = null;

  private constructor() {
    const keySet: KeySet = {
      version: 1,
      generation: 0,
      hubId: this.hubId,
      previous: null,
      keys: [{ keyId: "k1", publicKey: rawPublicKey(this.#key) }],
      recoveryPublicKey: rawPublicKey(generateKeyPairSync("ed25519").privateKey),
    };
    this.#keySet = JSON.stringify(keySet);
    this.#token = {
      tokenId: `jtk_${ID}`,
      seed: randomBytes(32).toString("base64url"),
      keySetFingerprint: createHash("sha256").update(this.#keySet).digest("base64url"),
    };
    this.joinToken = formatJoinToken(this.#token);
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => {
        body += piece;
      });
      request.on("end", () => response.end(JSON.stringify(this.#enroll(body))));
    });
    this.#server.on("upgrade", (request, socket, head) => {
      if (this.#isAuthenticated(request)) {
        this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#greet(ws));
        return;
      }
      const nonce = randomBytes(32).toString("base64url");
      this.#nonces.add(nonce);
      const challenge = formatChallenge({ hub: this.hubId, nonce });
      socket.end(`HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nConnection: close\r\n\r\n`);
    });
  }

  static async start(): Promise<AgentHub> {
    const hub = new AgentHub();
    await new Promise<void>((resolve) => hub.#server.listen(0, "127.0.0.1", resolve));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The connection that is open now. */
  get connection(): AgentConnection {
    const last = this.connections.at(-1);
    if (last?.isOpen !== true) throw new Error("No agent is connected.");
    return last;
  }

  /** Waits for the first message of this kind that fits, in the newest connection. */
  async message<T extends AgentUp["type"]>(
    type: T,
    fits: (message: Extract<AgentUp, { type: T }>) => boolean = () => true,
  ): Promise<Extract<AgentUp, { type: T }>> {
    return waitUntil(`a message "${type}"`, () => {
      if (this.#failure !== null) throw this.#failure;
      return this.connections
        .at(-1)
        ?.messages.find(
          (message): message is Extract<AgentUp, { type: T }> => message.type === type && fits(message as never),
        );
    });
  }

  sign(
    purpose: SigningPurpose,
    value: object,
  ): { readonly payload: string; readonly keyId: string; readonly signature: string } {
    const payload = JSON.stringify(value);
    return { payload, keyId: "k1", signature: signFor(purpose, payload, this.#key) };
  }

  /** Commands the connected agent. */
  act(command: Omit<ActionCommand, "hubId" | "orgId" | "hostId" | "sessionNonce" | "issuedAtNs">): void {
    const { hubId, orgId, hostId } = this;
    const { sessionNonce } = this.connection.session;
    const issuedAtNs = String(BigInt(Date.now()) * 1_000_000n);
    const full: ActionCommand = { ...command, hubId, orgId, hostId, sessionNonce, issuedAtNs };
    const { actionId, containerId, verb } = full;
    this.connection.send({
      type: "action",
      action_id: actionId,
      container_id: containerId,
      action: verb,
      ...this.sign("action", full),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #enroll(body: string): object {
    const { payload, seedSignature, agentSignature } = enrollRequestSchema.parse(JSON.parse(body));
    const claim = enrollClaimSchema.parse(JSON.parse(payload));
    const seedKey = publicKeyFromRaw(rawPublicKey(privateKeyFromSeed(this.#token.seed)));
    const isProven =
      isSignedFor("join-token", { payload, signature: seedSignature }, seedKey) &&
      isSignedFor("enroll", { payload, signature: agentSignature }, publicKeyFromRaw(claim.agentPublicKey));
    if (!isProven) throw new Error("The enrollment is not signed as it must be.");
    this.#agentKey = claim.agentPublicKey;
    const { hubId, orgId, hostId } = this;
    const enrolled = { hubId, orgId, hostId, agentPublicKey: claim.agentPublicKey, enrolledAtNs: "1" };
    return { keySet: this.#keySet, ...this.sign("enrolled", enrolled) };
  }

  #isAuthenticated(request: IncomingMessage): boolean {
    const [header = "", claims = "", signature = ""] =
      request.headers.authorization?.slice("Bearer ".length).split(".") ?? [];
    if (header === "" || this.#agentKey === null) return false;
    const { aud, sub, nonce } = connectClaimsSchema.parse(JSON.parse(Buffer.from(claims, "base64url").toString()));
    return (
      Buffer.from(header, "base64url").toString() === CONNECT_TOKEN_HEADER &&
      aud === this.hubId &&
      sub === this.hostId &&
      request.url === `/ws/agent/${this.hostId}` &&
      this.#nonces.delete(nonce) &&
      isSignedFor("connect", { payload: `${header}.${claims}`, signature }, publicKeyFromRaw(this.#agentKey))
    );
  }

  #greet(ws: WebSocket): void {
    const messages: AgentUp[] = [];
    const send = (message: AgentDown): void => ws.send(JSON.stringify(agentDownSchema.parse(message)));
    ws.on("message", (data: Buffer, isBinary) => {
      try {
        if (isBinary) {
          this.logs.take(data);
          return;
        }
        const message = agentUpSchema.parse(JSON.parse(data.toString()));
        if (message.type === "heartbeat") send({ type: "heartbeat" });
        if (message.type === "hello") {
          const session: AgentSession = {
            hubId: this.hubId,
            nodeId: asId<NodeId>(`nod_${ID}`),
            orgId: this.orgId,
            hostId: this.hostId,
            sessionNonce: message.sessionNonce,
            epoch: this.connections.length + 1,
            protocol: 1,
            hubTimeNs: String(BigInt(Date.now()) * 1_000_000n),
            enrolledAtNs: "1",
          };
          this.connections.push({
            messages,
            session,
            send,
            cut: () => ws.terminate(),
            get isOpen() {
              return ws.readyState === ws.OPEN;
            },
          });
          send({ type: "welcome", ...this.sign("welcome", session) });
        }
        messages.push(message);
      } catch (error) {
        this.#failure ??= error;
        ws.terminate();
      }
    });
  }
}

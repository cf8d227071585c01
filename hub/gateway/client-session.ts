import type { Duplex } from "node:stream";
import type { ClientDown } from "@yardarm/protocol/client-down/down";
import { type ClientUp, clientUpSchema } from "@yardarm/protocol/client-up/up";
import { closeCodeFor } from "@yardarm/protocol/close-codes";
import { type ErrorCode, ProtocolError, toProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, HostId } from "@yardarm/protocol/ids";
import { CLIENT_MESSAGE_BYTES } from "@yardarm/protocol/limits";
import type { WebSocket } from "ws";
import type { Actor, Resource } from "../auth/authority/can.ts";
import type { Permission } from "../auth/authority/permissions.ts";
import { type ReportFailure, reportUnder } from "../observability/report-failure.ts";
import type { LogRelay } from "../relay/log/log-relay.ts";
import type { Viewer, ViewerSocket } from "../relay/viewer/viewer.ts";
import { MessageLimit } from "./message-limit.ts";
import { readMessage } from "./read-message.ts";

const CLOSE_MS = 2_000;
const MESSAGES_PER_SECOND = 50;
const MESSAGES_AT_ONCE = 400;
/** Containers that one connection watches at the fast rate, and logs that it follows. */
const MOST_SUBSCRIPTIONS = 200;

/** Which permission each message of a browser needs; a message without a row does not type-check. */
export const CLIENT_PERMISSIONS: Readonly<Record<ClientUp["type"], Permission>> = {
  "log.subscribe": "logs.read",
  "log.unsubscribe": "session.self",
  "log.fetch": "logs.read",
  "metrics.subscribe": "metrics.read",
  "metrics.unsubscribe": "session.self",
  "inventory.subscribe": "fleet.read",
};

type Send = (message: ClientDown) => void;

/** What other parts do for a browser. Every `subscribe…` returns how to end it. */
export type ClientHandlers = {
  /** Throws when the actor may not. The same evaluator as everywhere. */
  readonly demand: (actor: Actor, permission: Permission, resource: Resource) => void;
  /** Where a container belongs; throws `not_found` for one that the actor's org does not have. */
  readonly locate: (actor: Actor, containerId: ContainerId) => { readonly resource: Resource; readonly hostId: HostId };
  /** The fleet that the actor may see: a snapshot now, deltas and action updates from then on. */
  readonly subscribeFleet: (actor: Actor, send: Send) => () => void;
  /** `null`: all containers that the actor may see. */
  readonly subscribeMetrics: (
    actor: Actor,
    target: { readonly hostId: HostId; readonly containerId: ContainerId } | null,
    send: Send,
  ) => () => void;
};

export type ClientSessionOptions = {
  readonly actor: Actor;
  /** What the session authenticated with was, as it is now; `null` when it is over. */
  readonly recheck: (actor: Actor) => Promise<Actor | null>;
  readonly relay: LogRelay;
  readonly handlers: ClientHandlers;
  readonly nowMs: () => number;
  readonly report: ReportFailure;
};

/** One browser's connection: what it asks for is checked each time, what it gets goes through its bounded queue. */
export class ClientSession implements ViewerSocket {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #options: ClientSessionOptions;
  readonly #limit: MessageLimit;
  readonly #viewer: Viewer;
  readonly #subscriptions = new Map<string, () => void>();
  #isOpen = true;
  #isAnswering = true;

  /** `stream` is the socket that the upgrade handed over: log frames are written to it directly. */
  constructor(
    connection: { readonly socket: WebSocket; readonly stream: Duplex },
    newViewer: (socket: ViewerSocket) => Viewer,
    options: ClientSessionOptions,
  ) {
    this.#socket = connection.socket;
    this.#stream = connection.stream;
    this.#options = options;
    this.#limit = new MessageLimit({
      perSecond: MESSAGES_PER_SECOND,
      burst: MESSAGES_AT_ONCE,
      nowMs: options.nowMs(),
    });
    this.#viewer = newViewer(this);
    const { socket, stream } = connection;
    stream.on("drain", () => this.#viewer.drained());
    socket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary));
    socket.on("pong", () => {
      this.#isAnswering = true;
    });
    socket.on("error", (error) => this.close(error instanceof RangeError ? "message_too_large" : "malformed_frame"));
    socket.on("close", () => this.#end());
  }

  /** Who it was let in as. */
  get actor(): Actor {
    return this.#options.actor;
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  send(message: ClientDown): void {
    this.#viewer.send(message);
  }

  write(messages: readonly Uint8Array[]): void {
    if (!this.#isOpen) return;
    this.#stream.cork();
    for (const message of messages) this.#stream.write(message);
    this.#stream.uncork();
  }

  close(code: ErrorCode): void {
    if (!this.#isOpen) return;
    this.#viewer.flushNow();
    this.#end();
    this.#socket.close(closeCodeFor(code), code);
    const timer = setTimeout(() => this.#socket.terminate(), CLOSE_MS);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  /** Asks whether the peer is there; one that did not answer the last time is cut. */
  ping(): void {
    if (!this.#isAnswering) {
      this.#socket.terminate();
      return;
    }
    this.#isAnswering = false;
    this.#socket.ping();
  }

  /** Ends the connection when its session is over or the person may do other things than before (IDTY-09). */
  async recheck(): Promise<void> {
    const { actor } = this.#options;
    const now = await this.#options.recheck(actor);
    if (now === null) this.close("unauthenticated");
    else if (!isSameAuthority(actor, now)) this.close("forbidden");
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.#isOpen) return;
    let type: string | null = null;
    let containerId: ContainerId | null = null;
    try {
      if (!this.#limit.take(this.#options.nowMs())) {
        throw new ProtocolError("rate_limited", "This connection sends more messages than it may.");
      }
      if (isBinary) throw new ProtocolError("malformed_frame", "Browsers send text only.");
      const message = readMessage(clientUpSchema, data, CLIENT_MESSAGE_BYTES);
      type = message.type;
      containerId = "containerId" in message ? message.containerId : null;
      this.#serve(message);
    } catch (error) {
      this.#refuse(toProtocolError(error), type, containerId);
    }
  }

  /** What could not be read ends the connection; what was refused is answered. */
  #refuse(error: ProtocolError, refused: string | null, containerId: ContainerId | null): void {
    const { code, message, cause } = error;
    this.send({
      ...{ type: "error", code, message, refused, containerId },
      ...(code === "internal" ? { requestId: reportUnder(this.#options.report, cause) } : {}),
    });
    if (refused === null) this.close(code);
  }

  #serve(message: ClientUp): void {
    const { actor, relay, handlers } = this.#options;
    const demand = (resource: Resource): void => handlers.demand(actor, CLIENT_PERMISSIONS[message.type], resource);
    switch (message.type) {
      case "log.subscribe": {
        demand(handlers.locate(actor, message.containerId).resource);
        this.#checkRoom(this.#viewer.subscriptions.size, this.#viewer.subscriptions.has(message.containerId));
        relay.subscribe(this.#viewer, { orgId: actor.orgId, ...message });
        break;
      }
      case "log.unsubscribe":
        relay.unsubscribe(this.#viewer, message.containerId);
        break;
      case "log.fetch":
        demand(handlers.locate(actor, message.containerId).resource);
        relay.fetch(this.#viewer, message);
        break;
      case "metrics.subscribe": {
        const key = metricsKey(message.containerId);
        this.#checkRoom(this.#subscriptions.size, this.#subscriptions.has(key));
        const { containerId } = message;
        const located = containerId === null ? null : handlers.locate(actor, containerId);
        demand(located?.resource ?? { orgId: actor.orgId });
        const target = located === null || containerId === null ? null : { hostId: located.hostId, containerId };
        this.#replace(key, () => handlers.subscribeMetrics(actor, target, (sample) => this.send(sample)));
        break;
      }
      case "metrics.unsubscribe":
        this.#drop(metricsKey(message.containerId));
        break;
      case "inventory.subscribe":
        demand({ orgId: actor.orgId });
        this.#replace("inventory", () => handlers.subscribeFleet(actor, (change) => this.send(change)));
        break;
    }
  }

  #checkRoom(count: number, isKnown: boolean): void {
    if (count < MOST_SUBSCRIPTIONS || isKnown) return;
    throw new ProtocolError("too_many_streams", `One connection may watch ${MOST_SUBSCRIPTIONS} containers.`);
  }

  #replace(key: string, subscribe: () => () => void): void {
    this.#drop(key);
    this.#subscriptions.set(key, subscribe());
  }

  #drop(key: string): void {
    this.#subscriptions.get(key)?.();
    this.#subscriptions.delete(key);
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const key of [...this.#subscriptions.keys()]) this.#drop(key);
    this.#viewer.close();
  }
}

const metricsKey = (containerId: ContainerId | null): string => `metrics ${containerId ?? "*"}`;

const authorityOf = ({ orgId, role, projects, token }: Actor): string =>
  JSON.stringify([orgId, role, projects, token === undefined ? null : [...token.scopes]]);

const isSameAuthority = (a: Actor, b: Actor): boolean => authorityOf(a) === authorityOf(b);

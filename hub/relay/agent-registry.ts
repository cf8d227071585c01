import { ProtocolError } from "@yardarm/protocol/errors";
import type { HostId, OrgId } from "@yardarm/protocol/ids";
import { HOST_OFFLINE_MS, HOST_STALE_MS } from "@yardarm/protocol/limits";
import { AgentConnection, type AgentSocket } from "./agent-connection.ts";

/** A live first connection keeps its place; one that does not answer a ping for this long loses it. */
const TAKE_OVER_MS = 2_000;

export type ConnectedStatus = "online" | "stale" | "offline";

export interface HostPresence {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  readonly status: ConnectedStatus;
  /** When the last frame of any kind came, ms since the epoch. */
  readonly lastSeenMs: number;
}

export interface AgentCandidate {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  /** Higher than that of every earlier connection of this host. */
  readonly epoch: number;
  /** The key that it has proved to hold. */
  readonly agentPublicKey: string;
  readonly sessionNonce: string;
  readonly socket: AgentSocket;
  /** Aborted when the candidate's socket goes away before it was admitted. */
  readonly signal: AbortSignal;
}

export interface AgentRegistryEvents {
  /** A host's status changed. */
  presence(presence: HostPresence): void;
  /** A second process with the same identity was refused because the first one is alive (HOST-06). */
  duplicate(orgId: OrgId, hostId: HostId): void;
}

/** Somebody who wants the place of a connection that may be dead. */
interface Challenge {
  readonly payload: string;
  readonly deadlineMs: number;
  settle(verdict: "admitted" | "refused" | "superseded"): void;
}

interface HostEntry {
  readonly orgId: OrgId;
  readonly hostId: HostId;
  connection: AgentConnection | null;
  /** Of the connection that came last. */
  agentPublicKey: string | null;
  challenge: Challenge | null;
  lastSeenMs: number;
  status: ConnectedStatus;
}

/** Who is connected to this node: one connection per host, ordered by epoch, and when each host was last heard of. */
export class AgentRegistry {
  readonly #events: AgentRegistryEvents;
  readonly #nowMs: () => number;
  readonly #hosts = new Map<HostId, HostEntry>();
  #challenges = 0;

  constructor(options: { readonly events: AgentRegistryEvents; readonly nowMs: () => number }) {
    this.#events = options.events;
    this.#nowMs = options.nowMs;
  }

  /**
   * Gives the candidate the host's place. While another connection holds it that one is pinged: it keeps the place when
   * it answers, and loses it when it goes away or stays silent for 2 s. One whose key was replaced meanwhile is not asked: an
   * earlier epoch with another key may be a copy of the identity that the new key was to end.
   *
   * @throws ProtocolError `duplicate_agent` when the other one answered, `superseded` when a still newer candidate came or
   *   this one went away
   */
  async admit(candidate: AgentCandidate): Promise<AgentConnection> {
    const entry = this.#entry(candidate);
    entry.challenge?.settle("superseded");
    const isOlder = (): boolean => candidate.epoch <= (entry.connection?.epoch ?? 0);
    const hasSameKey = entry.agentPublicKey === candidate.agentPublicKey;
    if (entry.connection !== null && hasSameKey && !isOlder()) await this.#challenge(entry, candidate);
    if (candidate.signal.aborted || isOlder())
      throw new ProtocolError("superseded", "A newer connection took its place.");
    entry.connection?.close("superseded");
    const connection = new AgentConnection(candidate);
    entry.connection = connection;
    entry.agentPublicKey = candidate.agentPublicKey;
    this.seen(connection);
    return connection;
  }

  /** A frame of any kind came. */
  seen(connection: AgentConnection): void {
    const entry = this.#current(connection);
    if (entry === undefined) return;
    entry.lastSeenMs = this.#nowMs();
    this.#update(entry, "online");
  }

  /** The answer to a ping: whoever holds a place and answers keeps it. */
  pong(connection: AgentConnection, payload: string): void {
    const entry = this.#current(connection);
    this.seen(connection);
    if (entry?.challenge?.payload === payload) entry.challenge.settle("refused");
  }

  /** The connection ended. A stale one going says nothing about the host. */
  gone(connection: AgentConnection): void {
    const entry = this.#current(connection);
    connection.markGone();
    if (entry === undefined) return;
    entry.connection = null;
    entry.challenge?.settle("admitted");
  }

  connection(hostId: HostId): AgentConnection | null {
    return this.#hosts.get(hostId)?.connection ?? null;
  }

  connections(): readonly AgentConnection[] {
    return [...this.#hosts.values()].flatMap(({ connection }) => (connection === null ? [] : [connection]));
  }

  /** `undefined` for a host that has not been connected since this node started. */
  presence(hostId: HostId): HostPresence | undefined {
    const entry = this.#hosts.get(hostId);
    return entry === undefined ? undefined : presenceOf(entry);
  }

  /** Ends the host's connection, for example because it was revoked; the host is forgotten. */
  remove(hostId: HostId): void {
    const entry = this.#hosts.get(hostId);
    entry?.challenge?.settle("superseded");
    entry?.connection?.close("host_revoked");
    this.#hosts.delete(hostId);
  }

  /** Ends the host's connection because its key was replaced; the host counts as gone when it is not heard again. */
  cut(hostId: HostId): void {
    this.#hosts.get(hostId)?.connection?.close("superseded");
  }

  /** Statuses age, and challenges end, only here. Call it a few times a second. */
  tick(nowMs: number): void {
    for (const entry of this.#hosts.values()) {
      if (entry.challenge !== null && nowMs >= entry.challenge.deadlineMs) entry.challenge.settle("admitted");
      const silentMs = nowMs - entry.lastSeenMs;
      this.#update(entry, silentMs >= HOST_OFFLINE_MS ? "offline" : silentMs >= HOST_STALE_MS ? "stale" : "online");
    }
  }

  async #challenge(entry: HostEntry, candidate: AgentCandidate): Promise<void> {
    const payload = `take-over ${++this.#challenges}`;
    const deadlineMs = this.#nowMs() + TAKE_OVER_MS;
    const verdict = await new Promise<"admitted" | "refused" | "superseded">((resolve) => {
      const settle: Challenge["settle"] = (outcome) => {
        candidate.signal.removeEventListener("abort", abandon);
        if (entry.challenge === challenge) entry.challenge = null;
        resolve(outcome);
      };
      const abandon = (): void => settle("superseded");
      const challenge: Challenge = { payload, deadlineMs, settle };
      candidate.signal.addEventListener("abort", abandon);
      entry.challenge = challenge;
      entry.connection?.ping(payload);
    });
    if (verdict === "admitted") return;
    if (verdict === "superseded") throw new ProtocolError("superseded", "A newer connection took its turn.");
    this.#events.duplicate(entry.orgId, entry.hostId);
    throw new ProtocolError("duplicate_agent", "Another agent with this identity is connected and alive.");
  }

  #entry({ orgId, hostId }: AgentCandidate): HostEntry {
    let entry = this.#hosts.get(hostId);
    if (entry === undefined) {
      const fresh = {
        connection: null,
        agentPublicKey: null,
        challenge: null,
        lastSeenMs: 0,
        status: "offline" as const,
      };
      entry = { orgId, hostId, ...fresh };
      this.#hosts.set(hostId, entry);
    }
    return entry;
  }

  #current(connection: AgentConnection): HostEntry | undefined {
    const entry = this.#hosts.get(connection.hostId);
    return entry?.connection === connection ? entry : undefined;
  }

  #update(entry: HostEntry, status: ConnectedStatus): void {
    if (entry.lastSeenMs === 0 || entry.status === status) return;
    entry.status = status;
    this.#events.presence(presenceOf(entry));
  }
}

const presenceOf = ({ orgId, hostId, status, lastSeenMs }: HostEntry): HostPresence => ({
  orgId,
  hostId,
  status,
  lastSeenMs,
});

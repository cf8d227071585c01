import { zstdCompressSync } from "node:zlib";
import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import { asId, type ContainerId, type DockerId, type HostId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import type { LogCursor } from "@yardarm/protocol/log/cursor";
import { encodeCursorFrame, FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import { expect } from "vitest";
import { AgentConnection } from "../agent-connection.ts";
import type { LogRelay } from "./log-relay.ts";

export const ORG = asId<OrgId>("org_0000000000aa");
export const HOST = asId<HostId>("hst_0000000000aa");
export const containerIdOf = (index: number): ContainerId =>
  asId<ContainerId>(`ctr_${String(index).padStart(12, "0")}`);
const dockerIdOf = (index: number): DockerId => asId<DockerId>(String(index).padStart(64, "0"));

/** What line `seq` of a container says: anybody can check it. */
export const lineText = (container: ContainerId, seq: number): string => {
  const text = `${container} line ${seq} `;
  return text.padEnd(text.length + ((seq * 7919) % 97), "x");
};

export interface SendOptions {
  readonly zstd?: boolean;
  readonly firstSeq?: number;
}

export const logFrame = (
  alias: number,
  container: ContainerId,
  range: { readonly firstSeq: number; readonly lines: number; readonly zstd?: boolean },
): Uint8Array => {
  const encoder = new BatchEncoder();
  for (let seq = range.firstSeq; seq < range.firstSeq + range.lines; seq++) {
    const text = Buffer.from(lineText(container, seq));
    encoder.append(1_780_000_000 + Math.floor(seq / 1e6), seq % 1e6, 0, text, 0, text.length);
  }
  const frame = encoder.finish(range.firstSeq, {
    prefixBytes: FRAME_PREFIX_BYTES,
    ...(range.zstd === true ? { compress: (body: Uint8Array) => zstdCompressSync(body) } : {}),
  });
  writeFramePrefix(frame, FRAME_LOG_BATCH, alias);
  return frame;
};

interface AgentStream {
  readonly containerId: ContainerId;
  readonly alias: number;
  nextSeq: number;
  ackedSeq: number;
  isWatched: boolean;
}

/** An agent that follows the protocol. What the hub says waits until `hear`. */
export class WorldAgent {
  readonly connection: AgentConnection;
  readonly inbox: AgentDown[] = [];
  readonly heard: AgentDown[] = [];
  readonly streams = new Map<ContainerId, AgentStream>();
  closedWith: string | null = null;
  readonly #relay: LogRelay;

  constructor(relay: LogRelay, epoch: number) {
    this.#relay = relay;
    this.connection = new AgentConnection({
      ...{ orgId: ORG, hostId: HOST, epoch, sessionNonce: `nonce${epoch}` },
      socket: {
        send: (message) => this.inbox.push(message),
        ping: () => {},
        close: (code) => {
          this.closedWith = code;
          this.leave();
        },
      },
    });
  }

  assign(...containers: readonly number[]): Promise<void> {
    return this.#assign(containers, null);
  }

  /** Containers that were there, and are not any more. */
  assignRemoved(...containers: readonly number[]): Promise<void> {
    return this.#assign(containers, "1");
  }

  /** Takes in what the hub said, oldest first. */
  hear(count = Number.POSITIVE_INFINITY): void {
    for (let left = count; left > 0; left--) {
      const message = this.inbox.shift();
      if (message === undefined) return;
      this.heard.push(message);
      this.#obey(message);
    }
  }

  stream(index: number): AgentStream {
    const stream = this.streams.get(containerIdOf(index));
    if (stream === undefined) throw new Error("The container was not assigned.");
    return stream;
  }

  lines(index: number, lines: number, options: SendOptions = {}): void {
    const stream = this.stream(index);
    const firstSeq = options.firstSeq ?? stream.nextSeq;
    const { zstd = false } = options;
    this.#relay.frame(this.connection, logFrame(stream.alias, stream.containerId, { firstSeq, lines, zstd }));
    stream.nextSeq = firstSeq + lines;
  }

  cursor(index: number, more: Pick<LogCursor, "ended"> = {}): void {
    const { alias, nextSeq } = this.stream(index);
    this.#relay.frame(
      this.connection,
      encodeCursorFrame(alias, { nextSeq, tsNs: String(nextSeq), ordinal: 0, tail: [], ...more }),
    );
  }

  /** The connection ends. */
  leave(): void {
    this.connection.markGone();
    this.#relay.gone(this.connection);
  }

  #assign(containers: readonly number[], removedAtNs: string | null): Promise<void> {
    return this.#relay.assign(
      this.connection,
      containers.map((index) => ({ containerId: containerIdOf(index), dockerId: dockerIdOf(index), removedAtNs })),
    );
  }

  #obey(message: AgentDown): void {
    switch (message.type) {
      case "log.assign":
        for (const { dockerId, alias, cursor } of message.streams) {
          const containerId = containerIdOf(Number(dockerId));
          const nextSeq = cursor?.nextSeq ?? 0;
          this.streams.set(containerId, { containerId, alias, nextSeq, ackedSeq: nextSeq, isWatched: false });
        }
        break;
      case "log.rewind":
        this.#byAlias(message.alias).nextSeq = message.nextSeq;
        break;
      case "log.stream.start":
      case "log.stream.stop":
        this.#byAlias(message.alias).isWatched = message.type === "log.stream.start";
        break;
      case "ack":
        for (const { alias, nextSeq } of message.acks) {
          const stream = this.#byAlias(alias);
          expect(nextSeq, "acknowledgements never go back").toBeGreaterThanOrEqual(stream.ackedSeq);
          stream.ackedSeq = nextSeq;
        }
        break;
      default:
    }
  }

  #byAlias(alias: number): AgentStream {
    const stream = [...this.streams.values()].find((candidate) => candidate.alias === alias);
    if (stream === undefined) throw new Error("The hub named an alias that it had not given.");
    return stream;
  }
}

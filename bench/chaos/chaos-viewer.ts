/** A viewer that comes back whenever it is cut off, and fetches whatever it was not sent. */
import type { ClientDown } from "@yardarm/protocol/client-down/down";
import type { ClientUp } from "@yardarm/protocol/client-up/up";
import type { ContainerId } from "@yardarm/protocol/ids";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { FRAME_PREFIX_BYTES, parseFramePrefix } from "@yardarm/protocol/log/frame";
import { WebSocket } from "ws";
import type { HubSession } from "../../testkit/hub-session.ts";
import { HeldLog } from "./held-log.ts";

export interface ChaosViewerOptions {
  readonly name: string;
  readonly session: HubSession;
  readonly containerIds: readonly ContainerId[];
  /** `beginning` reads everything; `tail` a page of lines, anew whenever it comes back, as somebody who opens the page does. */
  readonly from: "beginning" | "tail";
}

const COME_BACK_MS = 200;
const ASK_AGAIN_MS = 400;
const FETCH_LINES = 5_000;
const TAIL_LINES = 1_000;

export class ChaosViewer implements Disposable {
  readonly name: string;
  readonly #options: ChaosViewerOptions;
  readonly #aliases = new Map<number, HeldLog>();
  readonly #asking: NodeJS.Timeout;
  /** Of connections before, where everything is begun anew. */
  readonly #earlierFaults: string[] = [];
  readonly #containerIds: ContainerId[];
  #logs = new Map<ContainerId, HeldLog>();
  #socket: WebSocket | null = null;
  #isReady = false;
  #isClosed = false;
  connections = 0;

  constructor(options: ChaosViewerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#containerIds = [...options.containerIds];
    this.#begin();
    this.#connect();
    this.#asking = setInterval(() => this.#askForHoles(), ASK_AGAIN_MS);
  }

  log(containerId: ContainerId): HeldLog {
    return this.#logs.get(containerId) as HeldLog;
  }

  get containerIds(): readonly ContainerId[] {
    return this.#containerIds;
  }

  /** One more container, from now on. */
  watch(containerId: ContainerId): void {
    this.#containerIds.push(containerId);
    this.#logs.set(containerId, new HeldLog());
    if (this.#isReady) this.#subscribe(containerId);
  }

  get faults(): readonly string[] {
    const present = [...this.#logs].flatMap(([containerId, { faults }]) =>
      faults.map((text) => `${containerId}: ${text}`),
    );
    return [...this.#earlierFaults, ...present].map((text) => `${this.name}, ${text}`);
  }

  /** Its connection is gone, and nobody said goodbye. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Reads nothing until `resume`. */
  stall(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearInterval(this.#asking);
    this.#socket?.terminate();
  }

  #begin(): void {
    this.#earlierFaults.push(...this.faults.slice(this.#earlierFaults.length));
    this.#logs = new Map(this.#containerIds.map((containerId) => [containerId, new HeldLog()]));
  }

  #connect(): void {
    const { session } = this.#options;
    const url = new URL("/ws/client", session.url);
    const headers = { cookie: `${session.cookie.name}=${session.cookie.value}`, origin: url.origin };
    url.protocol = "ws:";
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.#socket = socket;
    this.#isReady = false;
    this.#aliases.clear();
    socket.on("error", () => {}); // followed by close
    socket.on("message", (data: Buffer, isBinary) => {
      if (socket !== this.#socket) return;
      if (isBinary) this.#frame(data);
      else this.#message(JSON.parse(data.toString()) as ClientDown);
    });
    socket.on("close", () => {
      for (const log of this.#logs.values()) log.disconnected();
      if (this.#isClosed) return;
      if (this.#options.from === "tail") this.#begin();
      setTimeout(() => {
        if (!this.#isClosed) this.#connect();
      }, COME_BACK_MS);
    });
  }

  #frame(data: Buffer): void {
    this.#aliases.get(parseFramePrefix(data).alias)?.take(decodeBatch(data, { offset: FRAME_PREFIX_BYTES }));
  }

  #message(message: ClientDown): void {
    switch (message.type) {
      case "ready":
        this.connections += 1;
        this.#isReady = true;
        for (const containerId of this.#containerIds) this.#subscribe(containerId);
        break;
      case "log.subscribed": {
        const log = this.#logs.get(message.containerId) as HeldLog;
        this.#aliases.set(message.alias, log);
        log.subscribed(message);
        break;
      }
      case "log.committed":
        this.#logs.get(message.containerId)?.committed(message.seq);
        break;
      case "skipped":
        this.#logs.get(message.containerId)?.skipped(message);
        break;
      case "log.fetched":
        this.#logs.get(message.containerId)?.fetched();
        break;
      case "error":
        if (message.refused === "log.fetch" && message.containerId !== null) {
          this.#logs.get(message.containerId)?.fetched();
        } else if (message.refused === "log.subscribe") setTimeout(() => this.cut(), ASK_AGAIN_MS);
        break;
      default:
    }
  }

  #subscribe(containerId: ContainerId): void {
    const first = this.#options.from === "tail" ? { tail: TAIL_LINES } : { sinceSeq: 0 };
    const resume = this.log(containerId).resume;
    this.#send({ type: "log.subscribe", containerId, ...(resume ?? first) });
  }

  #askForHoles(): void {
    for (const [containerId, log] of this.#logs) {
      if (this.#socket?.readyState !== WebSocket.OPEN) return;
      const range = log.ask(FETCH_LINES);
      if (range !== null) this.#send({ type: "log.fetch", containerId, ...range });
    }
  }

  #send(message: ClientUp): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

import type { Bus, BusReply, Subject, Unsubscribe } from "./bus.ts";
import { subjectKey } from "./subject-key.ts";

/** What may wait for delivery; beyond it the newest message is dropped and reported. */
const QUEUE_BYTES = 16 * 1024 * 1024;

type Handler = (payload: Uint8Array) => void;
type Responder = (payload: Uint8Array) => Promise<Uint8Array>;
type Delivery = { readonly payload: Uint8Array; readonly deliver: () => void };

export interface MemoryBusOptions {
  /** Told of handlers that threw, responders that rejected, and messages dropped for want of room. */
  readonly report: (error: unknown) => void;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  readonly queueBytes?: number;
}

/** The bus of a hub that is alone. */
export class MemoryBus implements Bus {
  // fixed
  readonly #options: MemoryBusOptions;
  readonly #queueBytes: number;
  // state
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #responders = new Map<string, Responder[]>();
  readonly #requests = new Set<(reply: BusReply) => void>();
  #queue: Delivery[] = [];
  #queuedBytes = 0;
  #closed = false;

  constructor(options: MemoryBusOptions) {
    this.#options = options;
    this.#queueBytes = options.queueBytes ?? QUEUE_BYTES;
  }

  publish(subject: Subject, payload: Uint8Array): void {
    const key = subjectKey(subject);
    if (!this.#handlers.has(key)) return;
    this.#enqueue(key, payload, () => {
      for (const handler of [...(this.#handlers.get(key) ?? [])]) {
        try {
          handler(payload);
        } catch (error) {
          this.#options.report(error);
        }
      }
    });
  }

  subscribe(subject: Subject, handler: Handler): Unsubscribe {
    const key = subjectKey(subject);
    if (this.#closed) return () => {};
    const handlers = this.#handlers.get(key) ?? new Set();
    this.#handlers.set(key, handlers);
    // Wrapped, so that the same function may subscribe twice and leave once.
    const own: Handler = (payload) => handler(payload);
    handlers.add(own);
    return () => {
      handlers.delete(own);
      if (handlers.size === 0 && this.#handlers.get(key) === handlers) this.#handlers.delete(key);
    };
  }

  respond(subject: Subject, responder: Responder): Unsubscribe {
    const key = subjectKey(subject);
    if (this.#closed) return () => {};
    const own: Responder = (payload) => responder(payload);
    this.#responders.set(key, [...(this.#responders.get(key) ?? []), own]);
    return () => {
      const left = (this.#responders.get(key) ?? []).filter((candidate) => candidate !== own);
      if (left.length > 0) this.#responders.set(key, left);
      else this.#responders.delete(key);
    };
  }

  request(subject: Subject, payload: Uint8Array, { timeoutMs }: { readonly timeoutMs: number }): Promise<BusReply> {
    const key = subjectKey(subject);
    if (this.#closed || !this.#responders.has(key)) return Promise.resolve({ kind: "no_responder" });
    return new Promise((resolve) => {
      const settle = (reply: BusReply): void => {
        cancel();
        this.#requests.delete(settle);
        resolve(reply);
      };
      const cancel = this.#options.after(timeoutMs, () => settle({ kind: "timed_out" }));
      this.#requests.add(settle);
      const accepted = this.#enqueue(key, payload, () => {
        // The newest: after a take-over the older one is about to go.
        const responder = this.#responders.get(key)?.at(-1);
        if (responder === undefined) return settle({ kind: "no_responder" });
        responder(payload).then((answer) => settle({ kind: "answered", payload: answer }), this.#options.report);
      });
      if (!accepted) settle({ kind: "timed_out" });
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#handlers.clear();
    this.#responders.clear();
    for (const settle of [...this.#requests]) settle({ kind: "no_responder" });
    return Promise.resolve();
  }

  #enqueue(key: string, payload: Uint8Array, deliver: () => void): boolean {
    if (this.#queuedBytes + payload.length > this.#queueBytes) {
      this.#options.report(new Error(`The bus dropped a message for ${key}: too much waits for delivery.`));
      return false;
    }
    if (this.#queue.length === 0) queueMicrotask(() => this.#drain());
    this.#queue.push({ payload, deliver });
    this.#queuedBytes += payload.length;
    return true;
  }

  #drain(): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const { deliver } of queue) deliver();
  }
}

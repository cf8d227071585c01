import { Worker } from "node:worker_threads";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { Damage, ThreadAnswers, ThreadData, ThreadReply, ThreadRequest } from "./sqlite/sqlite-messages.ts";

interface Pending {
  resolve(answer: ThreadAnswers[keyof ThreadAnswers]): void;
  reject(error: unknown): void;
}

/** Calls into one thread. A thread that dies rejects what it was asked, and is started again by the next call. */
export class ThreadClient {
  readonly #data: ThreadData;
  readonly #damaged: (damage: Damage) => void;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #calls = 0;
  #isClosed = false;

  constructor(data: ThreadData, damaged: (damage: Damage) => void = () => {}) {
    this.#data = data;
    this.#damaged = damaged;
  }

  /** @throws ProtocolError `storage_unavailable` */
  call<Request extends ThreadRequest>(
    request: Request,
    transfer: ArrayBuffer[] = [],
  ): Promise<ThreadAnswers[Request["kind"]]> {
    if (this.#isClosed) return Promise.reject(unavailable("The log store is closed."));
    const worker = this.#start();
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      const accept = (result: ThreadAnswers[keyof ThreadAnswers]): void =>
        resolve(result as ThreadAnswers[Request["kind"]]);
      this.#pending.set(id, { resolve: accept, reject });
      worker.postMessage({ id, request }, transfer);
    });
  }

  /** Lets the thread close its files and waits for its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.postMessage({ id: 0, request: null });
    await ended;
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL("./sqlite/sqlite-thread.ts", import.meta.url), {
      workerData: this.#data,
      execArgv: [],
    });
    this.#worker = worker;
    worker.on("message", (reply: ThreadReply) => {
      if (reply.id === null) return this.#damaged(reply.damage);
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if (reply.ok) pending?.resolve(reply.answer);
      else pending?.reject(unavailable(reply.error));
    });
    worker.on("error", (cause) => this.#ended(worker, cause));
    worker.on("exit", () => this.#ended(worker, undefined));
    return worker;
  }

  #ended(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(unavailable("The log store's thread ended.", cause));
  }
}

const unavailable = (reason: string, cause?: unknown): ProtocolError =>
  new ProtocolError("storage_unavailable", "The log store does not answer.", { cause: cause ?? new Error(reason) });

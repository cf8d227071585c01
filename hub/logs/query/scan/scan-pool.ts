import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { OrgId } from "@yardarm/protocol/ids";
import type { StoredChunk } from "../../log-chunk.ts";
import type { LineFilter } from "./line-filter.ts";
import { buffersOf } from "./line-run.ts";
import type { ScanAnswer, ScanJob, ScanRequest, ScanResultOf } from "./scan-job.ts";
import type { ThreadLimits, ThreadReply, ThreadTask } from "./scan-messages.ts";

/**
 * Threads that decompress and search. One core is left to the relay: even at a low priority a thread that runs keeps one that wakes up
 * waiting for milliseconds. More than two would only take from it.
 */
export const SCAN_THREADS = Math.min(2, Math.max(1, availableParallelism() - 1));
/** What one group of chunks may take with an expression; the thread looks at its clock between lines. */
const PATTERN_MS = 1_500;
/** A thread that does not answer within this is ended: it stops between lines by itself long before. */
const KILL_MS = 10_000;
/** Readings that are under way, open streams included. */
const SCANS_PER_ORG = 32;
const SCANS = 128;
/** A hostile expression may ask for more than this before any line is read. */
const THREAD_HEAP_MB = 192;

export interface ScanPoolOptions {
  /** Calls `task` once after so many milliseconds, until the returned function is called. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** Told of failures of the threads themselves. */
  readonly report: (error: unknown) => void;
  readonly threads?: number;
  readonly patternMs?: number;
  readonly killMs?: number;
}

/** One reading's way to the threads. Its answers come in the order in which they were asked for only if the caller waits. */
export interface Scan {
  readonly filter: LineFilter;
  /**
   * The chunks, or the runs of a merge, are handed over: their bytes are gone afterwards.
   *
   * @throws ProtocolError `invalid_request` for an expression that is none, `pattern_too_costly` for one that takes too long
   */
  run<Kind extends ScanJob["kind"]>(
    job: Extract<ScanJob, { readonly kind: Kind }>,
    chunks: readonly StoredChunk[],
  ): Promise<ScanAnswer<ScanResultOf<Kind>>>;
  /** Gives the place up; what still waits is rejected. */
  close(): void;
}

interface Task {
  readonly message: ThreadTask;
  readonly resolve: (answer: ScanAnswer) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  /** Its code is loaded: until then no task's time runs. */
  isReady: boolean;
  task: Task | null;
  cancelKill: (() => void) | null;
}

/** Scans of all orgs on a few threads. The orgs take turns; a thread that hangs is ended and replaced. */
export class ScanPool {
  // fixed
  readonly #options: ScanPoolOptions;
  readonly #threadCount: number;
  // state
  readonly #threads = new Set<Thread>();
  /** Waiting tasks per org; the org whose turn is next comes first. */
  readonly #waiting = new Map<OrgId, Task[]>();
  readonly #scansOf = new Map<OrgId, number>();
  #scans = 0;
  #lastScanId = 0;
  #isClosed = false;

  constructor(options: ScanPoolOptions) {
    this.#options = options;
    this.#threadCount = options.threads ?? SCAN_THREADS;
  }

  /** @throws ProtocolError `too_many_streams` */
  open(orgId: OrgId, filter: LineFilter): Scan {
    const ofOrg = this.#scansOf.get(orgId) ?? 0;
    if (ofOrg >= SCANS_PER_ORG || this.#scans >= SCANS) {
      throw new ProtocolError("too_many_streams", "Too many logs are being read at once. Try again in a moment.");
    }
    this.#scansOf.set(orgId, ofOrg + 1);
    this.#scans += 1;
    const scanId = ++this.#lastScanId;
    let isOpen = true;
    return {
      filter,
      run: async (job, chunks) => {
        if (!isOpen) throw closed();
        const answer = await this.#run(orgId, { scanId, request: { filter, job, chunks } });
        return answer as ScanAnswer<ScanResultOf<typeof job.kind>>;
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        this.#scans -= 1;
        const left = (this.#scansOf.get(orgId) ?? 1) - 1;
        if (left === 0) this.#scansOf.delete(orgId);
        else this.#scansOf.set(orgId, left);
        this.#forget(orgId, scanId);
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const tasks of this.#waiting.values()) for (const task of tasks) task.reject(closed());
    this.#waiting.clear();
    const threads = [...this.#threads];
    this.#threads.clear();
    for (const thread of threads) this.#finish(thread)?.reject(closed());
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #run(orgId: OrgId, message: ThreadTask): Promise<ScanAnswer> {
    if (this.#isClosed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const task: Task = { message, resolve, reject };
      const tasks = this.#waiting.get(orgId);
      if (tasks === undefined) this.#waiting.set(orgId, [task]);
      else tasks.push(task);
      this.#dispatch();
    });
  }

  #forget(orgId: OrgId, scanId: number): void {
    const tasks = this.#waiting.get(orgId) ?? [];
    const kept = tasks.filter((task) => task.message.scanId !== scanId);
    if (kept.length === 0) this.#waiting.delete(orgId);
    else this.#waiting.set(orgId, kept);
    for (const task of tasks) if (task.message.scanId === scanId) task.reject(closed());
  }

  #dispatch(): void {
    while (this.#waiting.size > 0) {
      const thread = this.#idleThread();
      if (thread === null) return;
      const task = this.#nextTask();
      if (task === null) return;
      thread.task = task;
      thread.cancelKill = this.#options.after(this.#options.killMs ?? KILL_MS, () => this.#kill(thread));
      thread.worker.postMessage(task.message, transfersOf(task.message.request));
    }
  }

  #nextTask(): Task | null {
    for (const [orgId, tasks] of this.#waiting) {
      const task = tasks.shift();
      this.#waiting.delete(orgId);
      if (tasks.length > 0) this.#waiting.set(orgId, tasks); // to the end of the line
      if (task !== undefined) return task;
    }
    return null;
  }

  #idleThread(): Thread | null {
    for (const thread of this.#threads) if (thread.isReady && thread.task === null) return thread;
    if (this.#threads.size < this.#threadCount) this.#startThread();
    return null;
  }

  #startThread(): void {
    const limits: ThreadLimits = { patternMs: this.#options.patternMs ?? PATTERN_MS };
    const worker = new Worker(new URL("./scan-thread.ts", import.meta.url), {
      workerData: limits,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
    });
    const thread: Thread = { worker, isReady: false, task: null, cancelKill: null };
    this.#threads.add(thread);
    worker.unref();
    worker.on("message", (reply: ThreadReply) => this.#replied(thread, reply));
    worker.on("error", (error) => this.#ended(thread, error));
    worker.on("exit", () => this.#ended(thread, new Error("A scan thread ended.")));
  }

  #replied(thread: Thread, reply: ThreadReply): void {
    const task = this.#finish(thread);
    if (reply.kind === "ready") {
      thread.isReady = true;
    } else if (reply.kind === "done") {
      task?.resolve(reply.answer);
    } else {
      if (reply.code === "internal") this.#options.report(new Error(reply.stack));
      task?.reject(new ProtocolError(reply.code, reply.message));
    }
    this.#dispatch();
  }

  #kill(thread: Thread): void {
    this.#threads.delete(thread);
    const task = this.#finish(thread);
    void thread.worker.terminate();
    if (task !== null) task.reject(tooLong(task));
    this.#dispatch();
  }

  /** The thread died: out of memory, or something unexpected. */
  #ended(thread: Thread, error: unknown): void {
    if (!this.#threads.delete(thread)) return;
    const task = this.#finish(thread);
    const isOutOfMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    if (!isOutOfMemory) this.#options.report(error);
    if (task !== null) task.reject(tooLong(task));
    // One that could not even start is not started for the same task for ever.
    if (!thread.isReady) this.#nextTask()?.reject(unavailable());
    this.#dispatch();
  }

  #finish(thread: Thread): Task | null {
    const { task } = thread;
    thread.task = null;
    thread.cancelKill?.();
    thread.cancelKill = null;
    return task;
  }
}

const transfersOf = ({ job, chunks }: ScanRequest): ArrayBuffer[] =>
  job.kind === "merge" ? job.runs.flatMap(buffersOf) : chunks.map(({ body }) => body.buffer);

const tooLong = ({ message }: Task): ProtocolError =>
  message.request.filter.pattern?.kind === "regex"
    ? new ProtocolError("pattern_too_costly", "This expression takes too long, or too much memory, on these lines.")
    : unavailable();

const unavailable = (): ProtocolError => new ProtocolError("storage_unavailable", "Stored logs cannot be read now.");

const closed = (): ProtocolError => new ProtocolError("draining", "The reading was ended.");

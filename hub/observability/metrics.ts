import type { DropReason } from "@yardarm/protocol/log/drop-reason";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Seconds; the upper end is the 25 s after which an action's answer is 202. */
const REQUEST_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/**
 * Every metric of the hub, by name. Labels come from closed sets (codes, reasons, verbs, route patterns), never from what
 * a client sends, so that nobody can grow them.
 */
export class HubMetrics {
  readonly registry = new Registry();
  readonly agentsConnected = this.#gauge("agents_connected", "Agents connected to this node.");
  readonly viewersConnected = this.#gauge("viewers_connected", "Browser sockets open on this node.");
  readonly logFrames = this.#counter("log_frames_received_total", "Log batches received from agents.");
  readonly logBytes = this.#counter("log_bytes_received_total", "Bytes of log batches as received from agents.");
  readonly logLinesCommitted = this.#counter("log_lines_committed_total", "Log lines written durably.");
  readonly logDamage = this.#counter("log_store_damaged_total", "Stored log rows or files found unreadable.");
  readonly logRowsEvicted = this.#counter("log_rows_evicted_total", "Stored rows that retention deleted one by one.");
  readonly logDaysEvicted = this.#counter("log_days_evicted_total", "Whole days that retention removed.", ["reason"]);
  readonly droppedFrames = this.#counter("dropped_frames_total", "Frames let go, by reason.", ["reason"]);
  readonly droppedBytes = this.#counter("dropped_bytes_total", "Bytes let go, by reason.", ["reason"]);
  readonly connectionsRefused = this.#counter(
    "connections_refused_total",
    "Upgrades refused, by kind of socket and error code.",
    ["socket", "code"],
  );
  readonly connectionsClosed = this.#counter(
    "connections_closed_total",
    "Sockets closed, by kind of socket and close code.",
    ["socket", "code"],
  );
  readonly actions = this.#counter("actions_total", "Settled actions, by verb and state.", ["verb", "state"]);
  readonly auditContradictions = this.#counter(
    "audit_contradictions_total",
    "Times that an agent remembered an audit row that the audit does not have.",
  );
  readonly signIns = this.#counter("sign_ins_total", "Attempts to sign in, by outcome.", ["outcome"]);
  readonly requestSeconds = this.#histogram(
    "http_request_duration_seconds",
    "Time from request to answer, by method, route pattern and status.",
    ["method", "route", "status"],
  );

  /** What queues and rings let go. */
  readonly drops = {
    count: (reason: DropReason, frames: number, bytes: number): void => {
      this.droppedFrames.inc({ reason }, frames);
      this.droppedBytes.inc({ reason }, bytes);
    },
  };

  /** `processMetrics: false` leaves out what Node says of itself. */
  constructor(options: { readonly processMetrics?: boolean } = {}) {
    if (options.processMetrics !== false) collectDefaultMetrics({ register: this.registry });
  }

  /** The exposition text and its content type. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `yardarm_${name}`, help, registers: [this.registry] });
  }

  #counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ name: `yardarm_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Histogram<Label> {
    const buckets = REQUEST_BUCKETS;
    return new Histogram({ name: `yardarm_${name}`, help, labelNames, buckets, registers: [this.registry] });
  }
}

import { type SimulatorClock, NS_PER_SECOND } from "./clock.ts";

export interface EngineEvent {
  readonly type: string;
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tsNs: bigint;
}

/** The daemon keeps this many for `since`; older ones are forgotten. */
const KEPT_EVENTS = 256;

/** The engine's events: the last 256, and whoever listens now. */
export class EventLog {
  readonly #clock: SimulatorClock;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #isLost: (event: EngineEvent) => boolean;
  #kept: EngineEvent[] = [];

  /** `isLost` is asked once per event: scripted event loss. */
  constructor(clock: SimulatorClock, isLost: (event: EngineEvent) => boolean) {
    this.#clock = clock;
    this.#isLost = isLost;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  publish(event: Omit<EngineEvent, "tsNs">): void {
    const lastNs = this.#kept.at(-1)?.tsNs ?? 0n;
    const nowNs = this.#clock.nowNs();
    const stamped = { ...event, tsNs: nowNs > lastNs ? nowNs : lastNs + 1n };
    if (this.#isLost(stamped)) return;
    this.#kept.push(stamped);
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
    for (const listener of [...this.#listeners]) listener(stamped);
  }

  /** Kept events with a stamp of at least `sinceNs`, oldest first. */
  since(sinceNs: bigint): readonly EngineEvent[] {
    return this.#kept.filter((event) => event.tsNs >= sinceNs);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A restarted engine remembers nothing. */
  forget(): void {
    this.#kept = [];
  }
}

/** An event as one JSON line of `/events`; container events also carry the three fields of the old form. */
export const eventLine = (event: EngineEvent): string => {
  const old = { status: event.action, id: event.id, from: event.attributes.image ?? "" };
  return `${JSON.stringify({
    ...(event.type === "container" ? old : {}),
    Type: event.type,
    Action: event.action,
    Actor: { ID: event.id, Attributes: event.attributes },
    scope: "local",
    time: Number(event.tsNs / NS_PER_SECOND),
    timeNano: Number(event.tsNs),
  }).replace(/"timeNano":\d+/, `"timeNano":${event.tsNs}`)}\n`;
};

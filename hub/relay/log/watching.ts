/** A viewer that comes back within this time does not make the agent change its mode twice. */
const STOP_GRACE_MS = 5_000;

type State = { readonly kind: "off" } | { readonly kind: "on" } | { readonly kind: "ending"; readonly atMs: number };

/** What an agent was told about somebody watching one container. */
export class Watching {
  readonly #tell: (type: "log.stream.start" | "log.stream.stop") => void;
  #state: State = { kind: "off" };

  constructor(tell: (type: "log.stream.start" | "log.stream.stop") => void) {
    this.#tell = tell;
  }

  /** Another connection knows nothing of it. */
  forget(): void {
    this.#state = { kind: "off" };
  }

  begin(): void {
    const wasOff = this.#state.kind === "off";
    this.#state = { kind: "on" };
    if (wasOff) this.#tell("log.stream.start");
  }

  /** The last viewer has left. */
  endSoon(nowMs: number): void {
    if (this.#state.kind === "on") this.#state = { kind: "ending", atMs: nowMs + STOP_GRACE_MS };
  }

  tick(nowMs: number): void {
    if (this.#state.kind !== "ending" || nowMs < this.#state.atMs) return;
    this.#state = { kind: "off" };
    this.#tell("log.stream.stop");
  }
}

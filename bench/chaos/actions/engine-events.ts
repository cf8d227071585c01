/** The engine's own events of its containers. The stream is opened anew after every death of the engine. */
import { type ClientRequest, request } from "node:http";
import type { EngineEffects, Telling } from "./effects.ts";

type Event = { readonly Action: string; readonly id: string; readonly timeNano: number };

const AGAIN_MS = 50;
const FILTERS = encodeURIComponent(JSON.stringify({ type: ["container"] }));
const COUNTED: Readonly<Record<string, keyof EngineEffects>> = {
  start: "starts",
  restart: "restarts",
  stop: "stops",
  die: "dies",
  pause: "pauses",
  unpause: "unpauses",
};

export class EngineEvents implements Disposable {
  readonly #socketPath: string;
  readonly #tellings = new Map<string, Telling[]>();
  readonly #seen = new Set<string>();
  #call: ClientRequest | null = null;
  #isClosed = false;
  #openSinceMs: number | null = null;
  #lastNs = "";
  /** Of all containers, by the engine's own names of them. */
  readonly totals = new Map<string, number>();
  /** Grows whenever the stream broke: an engine that was killed has forgotten what it had not told. */
  breaks = 0;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#open();
  }

  /** For how long the stream has been open; 0 while it is not. */
  get openMs(): number {
    return this.#openSinceMs === null ? 0 : performance.now() - this.#openSinceMs;
  }

  /** Of one container since the beginning, in the order in which they were told. */
  of(dockerId: string): readonly Telling[] {
    return this.#tellings.get(dockerId) ?? [];
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#call?.destroy();
  }

  #open(): void {
    if (this.#isClosed) return;
    // Inclusive: what was counted already is recognized.
    const since = this.#lastNs === "" ? "" : `&since=${this.#lastNs}`;
    const call = request(
      { socketPath: this.#socketPath, path: `/events?filters=${FILTERS}${since}`, agent: false },
      (answer) => {
        if (answer.statusCode === 200) this.#openSinceMs = performance.now();
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          const lines = `${text}${chunk}`.split("\n");
          text = lines.pop() ?? "";
          for (const line of lines) if (line.trim() !== "") this.#count(line);
        });
        answer.on("error", () => {}); // followed by close
      },
    );
    this.#call = call;
    call.on("error", () => {}); // followed by close
    call.once("close", () => {
      this.breaks += 1;
      this.#openSinceMs = null;
      setTimeout(() => this.#open(), AGAIN_MS);
    });
    call.end();
  }

  #count(line: string): void {
    const { Action, id } = JSON.parse(line) as Event;
    // Beyond what a double can hold.
    const timeNs = /"timeNano":(\d+)/.exec(line)?.[1] ?? "0";
    this.#lastNs = `${timeNs.slice(0, -9)}.${timeNs.slice(-9)}`;
    const effect = COUNTED[Action];
    const key = `${timeNs} ${Action} ${id}`;
    if (effect === undefined || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.totals.set(Action, (this.totals.get(Action) ?? 0) + 1);
    this.#tellings.set(id, [...this.of(id), { effect, life: this.breaks }]);
  }
}

import type { EngineEvent } from "./event-log.ts";
import type { RouteName } from "./http/route-name.ts";

/**
 * A fault on answers: `hang` never answers, `delay` answers late, `fail` answers with an error, `drop` closes the connection
 * instead; those but `delay` leave undone what was asked. `lose-answer` does it, but the connection is gone.
 */
export type AnswerFault =
  | { readonly kind: "hang" }
  | { readonly kind: "delay"; readonly delayMs: number }
  | { readonly kind: "fail"; readonly status: number; readonly message: string }
  | { readonly kind: "drop" }
  | { readonly kind: "lose-answer" };

/** A fault on the bytes of one `/logs` answer; `afterBytes` counts body bytes. */
export type LogFault =
  /** The connection is closed after exactly so many bytes, wherever in a frame that is. */
  | { readonly kind: "cut-log"; readonly afterBytes: number }
  /** From that byte on the frames are garbage: the byte itself and the next seven are overwritten. */
  | { readonly kind: "corrupt-log"; readonly afterBytes: number }
  /** After so many messages the daemon's own error comes on stream 3, and the answer ends. */
  | { readonly kind: "daemon-error"; readonly afterMessages: number; readonly message: string }
  /** The body goes out in pieces of so many bytes, each in its own turn of the event loop. */
  | { readonly kind: "fragment-log"; readonly pieceBytes: number };

/** A fault on `/events`: matching events reach nobody, and are not told later either. */
export interface EventLoss {
  readonly kind: "lose-events";
  /** Default: every action. */
  readonly actions?: readonly string[];
}

export type Fault = (AnswerFault | LogFault | EventLoss) & {
  /** Only these routes; default all (log faults: `logs` by nature). */
  readonly routes?: readonly RouteName[];
  /** Only this container, by name. */
  readonly container?: string;
  /** How many times it happens before it is over; default for ever. */
  readonly times?: number;
};

interface ArmedFault {
  readonly fault: Fault;
  left: number;
}

/** The faults that are armed on one engine. */
export class FaultPlan {
  #armed: ArmedFault[] = [];

  /** Arms a fault; the returned function disarms it. */
  arm(fault: Fault): () => void {
    const armed = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((other) => other !== armed);
    };
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault that befalls this answer, used up by one. */
  takeAnswerFault(route: RouteName, container: string | undefined): AnswerFault | undefined {
    return this.#take(
      (fault): fault is Fault & AnswerFault => isAnswerFault(fault) && befalls(fault, route, container),
    );
  }

  takeLogFault(container: string): LogFault | undefined {
    return this.#take((fault): fault is Fault & LogFault => isLogFault(fault) && befalls(fault, "logs", container));
  }

  takeEventLoss(event: EngineEvent): boolean {
    const isLost = (fault: Fault): fault is Fault & EventLoss =>
      fault.kind === "lose-events" &&
      (fault.actions?.includes(event.action) ?? true) &&
      (fault.container === undefined || fault.container === event.attributes.name);
    return this.#take(isLost) !== undefined;
  }

  #take<F extends Fault>(matches: (fault: Fault) => fault is F): F | undefined {
    for (const armed of this.#armed) {
      if (!matches(armed.fault)) continue;
      armed.left--;
      if (armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
      return armed.fault;
    }
    return undefined;
  }
}

const ANSWER_FAULTS: readonly string[] = [
  "hang",
  "delay",
  "fail",
  "drop",
  "lose-answer",
] satisfies AnswerFault["kind"][];
const LOG_FAULTS: readonly string[] = [
  "cut-log",
  "corrupt-log",
  "daemon-error",
  "fragment-log",
] satisfies LogFault["kind"][];

const isAnswerFault = (fault: Fault): fault is Fault & AnswerFault => ANSWER_FAULTS.includes(fault.kind);

const isLogFault = (fault: Fault): fault is Fault & LogFault => LOG_FAULTS.includes(fault.kind);

const befalls = (fault: Fault, route: RouteName, container: string | undefined): boolean =>
  (fault.routes?.includes(route) ?? true) && (fault.container === undefined || fault.container === container);

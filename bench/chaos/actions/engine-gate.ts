/** Stands between an agent and its engine: the calls of actions can be held on their way there and back. No byte is changed. */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Fate } from "./places.ts";

/** A call that acts on a container, or looks at it. */
export type PassingCall = { readonly kind: "act" | "inspect"; readonly dockerId: string };

export type EngineGateOptions = {
  /** Where the agent finds it. */
  readonly socketPath: string;
  readonly engineSocketPath: string;
  /** Before the call goes to the engine. */
  readonly toEngine: (call: PassingCall) => Promise<Fate>;
  /** After it went there. */
  readonly sentToEngine: (call: PassingCall) => void;
  /** Before the answer goes to the agent. */
  readonly toAgent: (call: PassingCall) => Promise<Fate>;
};

/** A request begins with a packet of its own: nobody asks twice over one connection without waiting for the answer. */
const CALL =
  /^(?:GET|POST) (?:\/v[\d.]+)?\/containers\/([0-9a-f]{64})\/(json|start|stop|restart|pause|unpause|kill)[? ]/;

const callOf = (chunk: Buffer): PassingCall | null => {
  const [, dockerId, verb] = CALL.exec(chunk.subarray(0, 200).toString("latin1")) ?? [];
  return dockerId === undefined ? null : { kind: verb === "json" ? "inspect" : "act", dockerId };
};

export class EngineGate implements AsyncDisposable {
  readonly #server: Server;
  readonly #options: EngineGateOptions;
  readonly #sockets = new Set<Socket>();
  readonly #agents = new Set<Socket>();

  private constructor(options: EngineGateOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  }

  static async open(options: EngineGateOptions): Promise<EngineGate> {
    const gate = new EngineGate(options);
    await new Promise<void>((resolve) => gate.#server.listen(options.socketPath, resolve));
    return gate;
  }

  /** Every connection of the agent's breaks; the engine lives, and goes on with what it has been told. */
  cut(): void {
    for (const socket of this.#agents) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    const { engineSocketPath, toEngine, sentToEngine, toAgent } = this.#options;
    const far = connect({ path: engineSocketPath, allowHalfOpen: true });
    this.#agents.add(near);
    let isHeld = false;
    let isClosing = false;
    /** Asked, and not answered yet. */
    let open: PassingCall | null = null;
    const close = (): void => {
      isClosing = true;
      // What a killed agent had sent is in the engine's socket all the same: it goes on.
      if (isHeld) return;
      near.destroy();
      far.destroy();
      this.#sockets.delete(near);
      this.#agents.delete(near);
      this.#sockets.delete(far);
    };
    /** Nothing overtakes what is held. */
    const pass = async (
      from: Socket,
      to: Socket,
      chunk: Buffer,
      judge: (() => Promise<Fate>) | null,
    ): Promise<void> => {
      if (judge !== null) {
        from.pause();
        isHeld = true;
        const fate = await judge();
        isHeld = false;
        if (fate === "drop") isClosing = true;
        else if (to.writable) await new Promise((resolve) => to.write(chunk, resolve));
        if (isClosing) close();
        else from.resume();
      } else if (to.writable && !to.write(chunk)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    };
    near.on("data", (chunk: Buffer) => {
      const call = callOf(chunk);
      open = call;
      if (call === null) void pass(near, far, chunk, null);
      else void pass(near, far, chunk, () => toEngine(call)).then(() => sentToEngine(call));
    });
    far.on("data", (chunk: Buffer) => {
      const call = open;
      open = null;
      void pass(far, near, chunk, call === null ? null : () => toAgent(call));
    });
    near.on("end", () => far.end());
    far.on("end", () => near.end());
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => {}); // followed by close
      socket.once("close", close);
    }
  }
}

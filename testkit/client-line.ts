import type { ClientUp } from "@yardarm/protocol/client-up/up";
import { WebSocket } from "ws";

/** A container that nobody has: asking for it is always refused, which marks the end of what came before. */
const MARKER = "ctr_zzzzzzzzzzzzzzzzzzzz";

type Refusal = {
  readonly type: string;
  readonly code?: string;
  readonly refused?: string;
  readonly containerId?: string;
};

/** A socket to a hub's `/ws/client`, as somebody with these headers. */
export class ClientLine {
  readonly #socket: WebSocket;
  readonly #received: string[] = [];
  readonly #closed = Promise.withResolvers<number>();
  #wake = (): void => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) this.#received.push(data.toString());
      this.#wake();
    });
    socket.once("close", (code) => this.#closed.resolve(code));
  }

  /** The open line, or the HTTP status with which it was refused. */
  static open(hubUrl: string, headers: Readonly<Record<string, string>>, query = ""): Promise<ClientLine | number> {
    const socket = new WebSocket(`${hubUrl.replace(/^http/, "ws")}/ws/client${query}`, { headers });
    const line = new ClientLine(socket);
    return new Promise((resolve) => {
      socket.once("open", () => resolve(line));
      socket.once("unexpected-response", (_request, response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      });
    });
  }

  /** All text that came, joined. */
  get received(): string {
    return this.#received.join("\n");
  }

  /** The close code, once the hub has closed. */
  get closed(): Promise<number> {
    return this.#closed.promise;
  }

  close(): void {
    this.#socket.close();
  }

  /** The code with which the hub refuses the message; `null` when it does not. */
  async refusal(message: ClientUp): Promise<string | null> {
    const before = this.#received.length;
    this.#socket.send(JSON.stringify(message));
    this.#socket.send(JSON.stringify({ type: "metrics.subscribe", containerId: MARKER }));
    for (;;) {
      const refusals = this.#received.slice(before).flatMap((text) => {
        const answer = JSON.parse(text) as Refusal;
        return answer.type === "error" ? [answer] : [];
      });
      if (refusals.some(({ containerId }) => containerId === MARKER)) {
        const own = refusals.find(({ refused, containerId }) => refused === message.type && containerId !== MARKER);
        return own?.code ?? null;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

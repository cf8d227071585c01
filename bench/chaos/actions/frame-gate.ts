/** Stands between an agent and the hub and lets one frame after the other pass: commands and results can be held there. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { FrameSplitter, type PassingFrame } from "./frame-splitter.ts";
import type { Fate } from "./places.ts";

export type FrameGateOptions = {
  readonly hubPort: number;
  /** Of every text frame, before it goes on. What is dropped MUST be the connection's last: its end comes from somewhere else. */
  readonly toAgent: (text: string) => Promise<Fate>;
  readonly toHub: (text: string) => Promise<Fate>;
  /** After a frame went on. */
  readonly sentToHub: (text: string) => void;
};

const END_OF_HEAD = "\r\n\r\n";

export class FrameGate implements AsyncDisposable {
  readonly #server: Server;
  readonly #options: FrameGateOptions;
  readonly #sockets = new Set<Socket>();
  #open = 0;

  private constructor(options: FrameGateOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  }

  static async open(options: FrameGateOptions): Promise<FrameGate> {
    const gate = new FrameGate(options);
    await new Promise<void>((resolve) => gate.#server.listen(0, "127.0.0.1", resolve));
    return gate;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** WebSocket connections that stand. */
  get connections(): number {
    return this.#open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    const { hubPort, toAgent, toHub, sentToHub } = this.#options;
    const far = connect({ host: "127.0.0.1", port: hubPort, allowHalfOpen: true });
    let isUpgraded = false;
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on("error", () => {}); // followed by close
    }
    // What the agent sends before the hub has agreed is the request itself.
    const ofAgent = new FrameSplitter();
    near.on("data", (chunk: Buffer) => {
      if (isUpgraded) void this.#pass(ofAgent.push(chunk), { from: near, to: far, judge: toHub, sent: sentToHub });
      else if (far.writable) far.write(chunk);
    });
    let head: Buffer | null = Buffer.alloc(0);
    const ofHub = new FrameSplitter();
    far.on("data", (chunk: Buffer) => {
      let rest = chunk;
      if (head !== null) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf(END_OF_HEAD);
        if (end === -1) return;
        isUpgraded = head.subarray(0, 12).toString().endsWith(" 101");
        if (isUpgraded) this.#open += 1;
        const answer = head;
        head = null;
        if (near.writable) near.write(isUpgraded ? answer.subarray(0, end + END_OF_HEAD.length) : answer);
        if (!isUpgraded) return;
        rest = answer.subarray(end + END_OF_HEAD.length);
      }
      if (isUpgraded) void this.#pass(ofHub.push(rest), { from: far, to: near, judge: toAgent, sent: () => {} });
      else if (near.writable) near.write(rest);
    });
    near.on("end", () => far.end());
    far.on("end", () => near.end());
    const close = (): void => {
      if (isUpgraded) this.#open -= 1;
      isUpgraded = false;
      near.destroy();
      far.destroy();
      this.#sockets.delete(near);
      this.#sockets.delete(far);
    };
    near.once("close", close);
    far.once("close", close);
  }

  async #pass(
    frames: readonly PassingFrame[],
    way: {
      readonly from: Socket;
      readonly to: Socket;
      readonly judge: (text: string) => Promise<Fate>;
      readonly sent: (text: string) => void;
    },
  ): Promise<void> {
    const { from, to, judge, sent } = way;
    // Nothing overtakes what is held.
    from.pause();
    for (const { bytes, text } of frames) {
      const fate = text === null ? "forward" : await judge(text);
      if (fate === "drop" || !to.writable) return;
      to.write(bytes);
      if (text !== null) sent(text);
    }
    from.resume();
  }
}

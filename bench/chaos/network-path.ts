/** A TCP path on loopback that can be cut, stalled and half-closed. */
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

export class NetworkPath implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #isStalled = false;

  private constructor(target: NetConnectOpts) {
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => this.#join(near, target));
  }

  /** Listens on a port of its own and passes everything on to `target`. */
  static async to(target: NetConnectOpts): Promise<NetworkPath> {
    const path = new NetworkPath(target);
    await new Promise<void>((resolve) => path.#server.listen(0, "127.0.0.1", resolve));
    return path;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Both ends are told at once, by a reset or an end. */
  cut(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  /** The hub's side seems to have finished; the agent's words still get through. */
  halfClose(): void {
    for (const { near } of this.#pairs) near.end();
  }

  /** Nothing passes any more, and nobody is told. */
  stall(): void {
    this.#isStalled = true;
    for (const { near, far } of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  resume(): void {
    this.#isStalled = false;
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, target: NetConnectOpts): void {
    const far = connect({ ...target, allowHalfOpen: true });
    // Else it would add waits of its own: small messages that wait for the acknowledgement of the one before.
    near.setNoDelay(true);
    far.setNoDelay(true);
    const pair = { near, far };
    this.#pairs.add(pair);
    this.#pass(near, far, pair);
    this.#pass(far, near, pair);
    if (this.#isStalled) far.pause();
    else near.resume();
  }

  #pass(from: Socket, to: Socket, pair: Pair): void {
    from.on("data", (bytes) => {
      if (!to.writable || to.write(bytes)) return;
      from.pause();
      to.once("drain", () => {
        if (!this.#isStalled) from.resume();
      });
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => {
      to.destroy();
      this.#pairs.delete(pair);
    });
  }
}

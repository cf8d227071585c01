import type { ServerResponse } from "node:http";

/**
 * JSON values one after the other, for `/events` and `/stats`. A client that does not read is skipped, as the daemon
 * does: nothing is queued for it beyond what the socket takes.
 */
export class JsonStream {
  readonly #response: ServerResponse;
  #isStalled = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.statusCode = 200;
    response.setHeader("Content-Type", "application/json");
    response.flushHeaders();
    response.on("drain", () => {
      this.#isStalled = false;
    });
  }

  send(line: string): void {
    if (this.#isStalled || this.#response.destroyed) return;
    this.#isStalled = !this.#response.write(line);
  }

  end(): void {
    this.#response.end();
  }

  onClose(listener: () => void): void {
    this.#response.once("close", listener);
  }
}

import { link, lstat, rename, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";

/** Where an engine is reached: a unix socket, or a port on 127.0.0.1 (0 = any free one). */
export type ListenAddress = { readonly socketPath: string } | { readonly port: number };

/** The longest path that a unix socket may have, in bytes. */
const SOCKET_PATH_BYTES = 107;

/** One listening socket that can go away and come back at the same address, like a daemon's. */
export class Listener {
  readonly #handle: RequestListener;
  #address: ListenAddress;
  #server: Server | undefined;

  constructor(address: ListenAddress, handle: RequestListener) {
    if ("socketPath" in address && Buffer.byteLength(address.socketPath) > SOCKET_PATH_BYTES) {
      throw new Error(`A unix socket's path has at most ${SOCKET_PATH_BYTES} bytes: ${address.socketPath}`);
    }
    this.#address = address;
    this.#handle = handle;
  }

  get address(): ListenAddress {
    return this.#address;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const address = this.#address;
    if ("socketPath" in address) await removeStaleSocket(address.socketPath);
    // Go's server sets none of these limits; idle connections stay open for ever.
    const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }, this.#handle);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      const ready = (): void => {
        server.removeListener("error", reject);
        resolve();
      };
      if ("socketPath" in address) server.listen(address.socketPath, ready);
      else server.listen(address.port, "127.0.0.1", ready);
    });
    const bound = server.address();
    if (typeof bound === "object" && bound !== null) this.#address = { port: bound.port };
    this.#server = server;
  }

  /**
   * Closes the socket and every connection. With `leavesSocket` a unix socket's file stays behind, as after a crash:
   * connecting is then refused, where otherwise the file is missing.
   */
  async close(options: { readonly leavesSocket: boolean }): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const path = "socketPath" in this.#address && options.leavesSocket ? this.#address.socketPath : undefined;
    // Closing unlinks the path; a second link to the same socket outlives that.
    if (path !== undefined) await link(path, `${path}~`);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    if (path !== undefined) await rename(`${path}~`, path);
  }
}

const removeStaleSocket = async (path: string): Promise<void> => {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await rm(path, { force: true });
};

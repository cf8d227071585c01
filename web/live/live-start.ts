import { type BrowserClient, startBrowserClient } from "./browser-client.ts";
import type { LiveClient } from "./live-client.ts";

/** The page's one live client: begun by whoever knows first that somebody is signed in, ended with the last page that shows live data. */
export class LiveStart {
  readonly #start: () => BrowserClient;
  #running: BrowserClient | null = null;

  constructor(onLost: () => void, start: (onLost: () => void) => BrowserClient = startBrowserClient) {
    this.#start = () => start(onLost);
  }

  /** The client that is running. */
  get client(): LiveClient | null {
    return this.#running?.client ?? null;
  }

  /** Connects, unless that has begun already. */
  begin(): LiveClient {
    this.#running ??= this.#start();
    return this.#running.client;
  }

  end(): void {
    this.#running?.stop();
    this.#running = null;
  }
}

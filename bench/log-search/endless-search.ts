/** A search that finds nothing in a million stored lines, over and over: what somebody who searches costs everybody else. */
import type { LogSearchResponse } from "@yardarm/protocol/api/logs";
import type { HubSession } from "../../testkit/hub-session.ts";
import type { MillionLines } from "./million-lines.ts";

const QUERY = "q=nowhere%20to%20be%20found&limit=1000";

export class EndlessSearch implements AsyncDisposable {
  readonly #session: HubSession;
  readonly #containerId: string;
  readonly #searching: Promise<void>;
  #isOver = false;
  #searches = 0;

  constructor(session: HubSession, { containerId }: Pick<MillionLines, "containerId">) {
    this.#session = session;
    this.#containerId = containerId;
    this.#searching = this.#search();
    this.#searching.catch(() => {}); // told by `stop`
  }

  /** How often everything was searched. */
  get searches(): number {
    return this.#searches;
  }

  /** Returns when the last search is through. Rejects with what the hub answered where one was refused. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#searching;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }

  async #search(): Promise<void> {
    while (!this.#isOver) {
      let cursor: string | null = null;
      do {
        const page: LogSearchResponse = await this.#session.get(
          `/api/logs/search?container=${this.#containerId}&${QUERY}${cursor === null ? "" : `&cursor=${cursor}`}`,
        );
        if (page.items.length > 0) throw new Error("The search found what is not there.");
        cursor = page.nextCursor;
      } while (cursor !== null && !this.#isOver);
      if (cursor === null) this.#searches += 1;
    }
  }
}

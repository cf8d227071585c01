import { ProtocolError } from "@yardarm/protocol/errors";
import type { HubId } from "@yardarm/protocol/ids";
import { type PageEnd, parsePageFrame } from "@yardarm/protocol/log/page-frame";
import { type LogReadOrder, type LogReadQuestion, logReadQuestionSchema } from "@yardarm/protocol/log-read";
import type { AgentConnection } from "./agent-connection.ts";
import type { RequestRouter } from "./request-router.ts";

/** What crosses between nodes: JSON. */
export interface PageAnswer {
  readonly end: PageEnd;
  /** One batch, base64; `null`: no lines. */
  readonly batch: string | null;
}

export const READ_PAGE = "log.read";
export const CANCEL_PAGE = "log.read.cancel";
/** An agent gives up before; this is for one that says nothing. */
const AGENT_ANSWER_MS = 15_000;

export interface PageRequestsOptions {
  readonly hubId: HubId;
  readonly sign: (
    purpose: "log-read",
    payload: string,
  ) => { readonly payload: string; readonly keyId: string; readonly signature: string };
  readonly nowNs: () => bigint;
  readonly after: (delayMs: number, task: () => void) => () => void;
}

interface Waiting {
  readonly key: string;
  readonly settle: (answer: PageAnswer | ProtocolError) => void;
}

interface Asked {
  lastRequest: number;
  readonly waiting: Map<number, Waiting>;
}

/** Pages of engines' own logs, asked of the agents that this node holds. */
export class PageRequests {
  readonly #options: PageRequestsOptions;
  readonly #asked = new Map<AgentConnection, Asked>();

  constructor(options: PageRequestsOptions) {
    this.#options = options;
  }

  /** Answers for this node's agents; once, before agents connect. */
  serve(router: RequestRouter): void {
    router.serve(READ_PAGE, (connection, body) => this.#ask(connection, logReadQuestionSchema.parse(body)));
    router.serve(CANCEL_PAGE, async (connection, body) => {
      if (typeof body === "string") this.#cancel(connection, body);
    });
  }

  /** Takes a page frame. @throws ProtocolError `malformed_frame`; `unknown_alias` for a page that was never asked for */
  take(connection: AgentConnection, frame: Uint8Array): void {
    const { request, end, batch } = parsePageFrame(frame);
    const asked = this.#asked.get(connection);
    if (asked === undefined || request > asked.lastRequest) {
      throw new ProtocolError("unknown_alias", "The frame answers a request that was not made.");
    }
    // One that nobody waits for any more is let go.
    const text = batch === null ? null : Buffer.from(batch.buffer, batch.byteOffset, batch.length).toString("base64");
    asked.waiting.get(request)?.settle({ end, batch: text });
  }

  gone(connection: AgentConnection): void {
    const asked = this.#asked.get(connection);
    this.#asked.delete(connection);
    const error = new ProtocolError("agent_offline", "The host's agent went away while it read its log.");
    for (const { settle } of asked?.waiting.values() ?? []) settle(error);
  }

  async #ask(connection: AgentConnection, { key, ...wanted }: LogReadQuestion): Promise<PageAnswer> {
    const asked = this.#asked.get(connection) ?? { lastRequest: 0, waiting: new Map<number, Waiting>() };
    this.#asked.set(connection, asked);
    asked.lastRequest += 1;
    const request = asked.lastRequest;
    const { hubId, sign, nowNs, after } = this.#options;
    const { orgId, hostId, sessionNonce } = connection;
    const expiresAtNs = String(nowNs() + BigInt(AGENT_ANSWER_MS) * 1_000_000n);
    const order: LogReadOrder = { hubId, orgId, hostId, sessionNonce, request, ...wanted, expiresAtNs };
    const { promise, resolve, reject } = Promise.withResolvers<PageAnswer>();
    const endTimer = after(AGENT_ANSWER_MS, () => {
      this.#cancel(connection, key);
    });
    asked.waiting.set(request, {
      key,
      settle: (answer) => {
        asked.waiting.delete(request);
        endTimer();
        if (answer instanceof ProtocolError) reject(answer);
        else resolve(answer);
      },
    });
    connection.send({ type: "log.read", request, ...sign("log-read", JSON.stringify(order)) });
    return promise;
  }

  #cancel(connection: AgentConnection, key: string): void {
    for (const [request, waiting] of this.#asked.get(connection)?.waiting ?? []) {
      if (waiting.key !== key) continue;
      connection.send({ type: "log.read.cancel", request });
      waiting.settle(new ProtocolError("agent_timeout", "The host did not read its log in time."));
    }
  }
}

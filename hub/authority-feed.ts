import type { HostId, OrgId } from "@yardarm/protocol/ids";
import type { AuthorityChange } from "./auth/authority/requester.ts";
import type { Bus } from "./bus/bus.ts";

export interface AuthorityFeedOptions {
  readonly bus: Pick<Bus, "publish" | "subscribe">;
  /** MUST look again at every open socket that the change is about. */
  readonly changed: (change: AuthorityChange) => void;
  /** MUST end the connection of the host's agent, where this node has it. */
  readonly hostRemoved: (hostId: HostId) => void;
  /** MUST end the connection of the host's agent: its key is worth nothing any more. The host itself stays. */
  readonly keyReplaced: (hostId: HostId) => void;
}

type Message =
  | { readonly userId: AuthorityChange["userId"] }
  | { readonly hostId: HostId; readonly lost: "host" | "key" };

/**
 * Who may do less from now on, told to every node at once: a role, a membership, a session, a token or a host was taken
 * away (IDTY-09). It carries no right, only the hint to look again; what a node misses, its own regular check finds.
 */
export class AuthorityFeed {
  readonly #options: AuthorityFeedOptions;
  readonly #followed = new Map<OrgId, () => void>();

  constructor(options: AuthorityFeedOptions) {
    this.#options = options;
  }

  announce({ orgId, userId }: AuthorityChange): void {
    this.#publish(orgId, { userId });
  }

  announceHost(orgId: OrgId, hostId: HostId): void {
    this.#publish(orgId, { hostId, lost: "host" });
  }

  announceKey(orgId: OrgId, hostId: HostId): void {
    this.#publish(orgId, { hostId, lost: "key" });
  }

  /** From now on this node hears of the org. Call it before a socket of the org is admitted. */
  follow(orgId: OrgId): void {
    if (this.#followed.has(orgId)) return;
    const end = this.#options.bus.subscribe({ orgId, name: SUBJECT }, (payload) => {
      const message = JSON.parse(Buffer.from(payload).toString("utf8")) as Message;
      if ("userId" in message) this.#options.changed({ orgId, userId: message.userId });
      else if (message.lost === "host") this.#options.hostRemoved(message.hostId);
      else this.#options.keyReplaced(message.hostId);
    });
    this.#followed.set(orgId, end);
  }

  close(): void {
    for (const end of this.#followed.values()) end();
    this.#followed.clear();
  }

  #publish(orgId: OrgId, message: Message): void {
    this.#options.bus.publish({ orgId, name: SUBJECT }, Buffer.from(JSON.stringify(message)));
  }
}

const SUBJECT = "authority";

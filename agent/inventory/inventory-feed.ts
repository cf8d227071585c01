/** What the hub is told of the inventory: whole snapshots in pages, and changes that follow each other by one. */
import type { InventoryDelta } from "@yardarm/protocol/agent-up/inventory-delta";
import type { InventorySnapshot } from "@yardarm/protocol/agent-up/inventory-snapshot";
import type { ReportedContainer } from "@yardarm/protocol/container";
import type { DockerId } from "@yardarm/protocol/ids";
import { AGENT_MESSAGE_BYTES } from "@yardarm/protocol/limits";

export type InventoryMessage = InventorySnapshot | InventoryDelta;

/** Leaves room for the message around the containers. */
const PAGE_BYTES = AGENT_MESSAGE_BYTES - 64 * 1024;
const PAGE_CONTAINERS = 1_000;

export class InventoryFeed {
  readonly #send: (message: InventoryMessage) => void;
  #revision = 0;

  /** `send` hands a message to the hub, or drops it while there is none: a new connection begins with a snapshot. */
  constructor(send: (message: InventoryMessage) => void) {
    this.#send = send;
  }

  /** Everything that exists; the next delta follows its revision. */
  sendSnapshot(containers: Iterable<ReportedContainer>): void {
    const pages = paginate(containers);
    pages.forEach((page, index) => {
      const last = index === pages.length - 1;
      this.#send({
        type: "inventory.snapshot",
        revision: this.#revision,
        page: index,
        last,
        containers: page,
      });
    });
  }

  /** A change, as one delta or, when it is large, as several. */
  sendChanges(upserts: readonly ReportedContainer[], removes: readonly DockerId[]): void {
    for (let start = 0; start < removes.length; start += PAGE_CONTAINERS) {
      this.#sendDelta([], removes.slice(start, start + PAGE_CONTAINERS));
    }
    if (upserts.length === 0) return;
    for (const page of paginate(upserts)) this.#sendDelta(page, []);
  }

  #sendDelta(upserts: ReportedContainer[], removes: DockerId[]): void {
    this.#revision += 1;
    this.#send({ type: "inventory.delta", revision: this.#revision, upserts, removes });
  }
}

/** Pages below the message limit, in order; one empty page for nothing at all. */
const paginate = (containers: Iterable<ReportedContainer>): ReportedContainer[][] => {
  const pages: ReportedContainer[][] = [];
  let page: ReportedContainer[] = [];
  let bytes = 0;
  for (const container of containers) {
    const size = Buffer.byteLength(JSON.stringify(container)) + 1;
    if (page.length > 0 && (bytes + size > PAGE_BYTES || page.length >= PAGE_CONTAINERS)) {
      pages.push(page);
      page = [];
      bytes = 0;
    }
    page.push(container);
    bytes += size;
  }
  pages.push(page);
  return pages;
};

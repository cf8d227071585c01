import { type CreateViewRequest, MOST_VIEWS, type SavedView as SavedViewView } from "@yardarm/protocol/api/views";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ViewId } from "@yardarm/protocol/ids";
import type { Actor } from "./auth/authority/can.ts";
import { newId } from "./auth/crypto/new-id.ts";
import type { Storage } from "./storage/storage.ts";
import type { SavedView } from "./storage/tables/saved-views.ts";

export interface SavedViewsOptions {
  readonly storage: Storage;
  readonly nowMs: () => number;
}

/** Views of the logs that people keep. A view holds no data: what it shows is what its reader may see. */
export class SavedViews {
  readonly #options: SavedViewsOptions;

  constructor(options: SavedViewsOptions) {
    this.#options = options;
  }

  /** One's own, and those that others of the org share. */
  async list({ orgId, userId }: Actor): Promise<readonly SavedViewView[]> {
    return (await this.#options.storage.org(orgId).savedViews.listFor(userId)).map(shown);
  }

  /** @throws ProtocolError `conflict` when the person has too many */
  async create({ orgId, userId }: Actor, { name, query, shared }: CreateViewRequest): Promise<SavedViewView> {
    const { storage, nowMs } = this.#options;
    const createdAtMs = nowMs();
    const sharedAtMs = shared ? createdAtMs : null;
    const view: SavedView = { viewId: newId<ViewId>("viw"), userId, name, query, createdAtMs, sharedAtMs };
    await storage.transaction(async (scope) => {
      const { savedViews } = scope.org(orgId);
      if ((await savedViews.countOf(userId)) >= MOST_VIEWS) {
        throw new ProtocolError("conflict", `You have ${MOST_VIEWS} saved views already: remove one first.`);
      }
      await savedViews.create(view);
    });
    return shown(view);
  }

  /** @throws ProtocolError `not_found` also for the view of somebody else */
  async remove({ orgId, userId }: Actor, viewId: ViewId): Promise<void> {
    if (await this.#options.storage.org(orgId).savedViews.remove(userId, viewId)) return;
    throw new ProtocolError("not_found", "You have no such view.");
  }
}

const shown = ({ viewId, userId, name, query, createdAtMs, sharedAtMs }: SavedView): SavedViewView => ({
  ...{ viewId, name, query, ownerId: userId },
  shared: sharedAtMs !== null,
  createdAt: new Date(createdAtMs).toISOString(),
});

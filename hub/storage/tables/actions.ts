import { ACTION_STATES, type Action, type ActionState, isSettled } from "@yardarm/protocol/action";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ActionId, ContainerId, HostId, OrgId, UserId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

export interface ActionsTable {
  orgId: OrgId;
  actionId: ActionId;
  hostId: HostId;
  containerId: ContainerId;
  userId: UserId;
  idempotencyKey: string | null;
  state: ActionState;
  documentJson: string;
  requestedAtNs: string;
}

/** Which actions a list shows, newest first. */
export interface ActionFilter {
  readonly containerId?: ContainerId | undefined;
  readonly hostIds?: readonly HostId[] | undefined;
  readonly limit: number;
  /** The last action of the page before. */
  readonly before?: Pick<Action, "requestedAtNs" | "actionId"> | undefined;
}

const OPEN_STATES = ACTION_STATES.filter((state) => !isSettled(state));

export class OrgActions {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  /**
   * Stores a new action, or returns the one that the same user made with the same key before. One statement decides,
   * so that two requests at once make one action.
   *
   * @throws ProtocolError `conflict` when the key was used for something else
   */
  async insert(userId: UserId, action: Action, idempotencyKey: string | null): Promise<Action> {
    const { actionId, hostId, containerId, state, requestedAtNs } = action;
    const documentJson = JSON.stringify(action);
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("actions")
      .values({
        ...{ orgId: this.#orgId, actionId, hostId, containerId, userId, idempotencyKey, state, documentJson },
        requestedAtNs: orderedInstant(requestedAtNs),
      })
      .onConflict((conflict) => conflict.columns(["orgId", "userId", "idempotencyKey"]).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) return action;
    const earlier = idempotencyKey === null ? undefined : await this.ofKey(userId, idempotencyKey);
    if (earlier === undefined) throw new Error("An action vanished.");
    return sameOrder(earlier, action);
  }

  /** What the user made with this key before. */
  async ofKey(userId: UserId, idempotencyKey: string): Promise<Action | undefined> {
    const row = await this.#documents()
      .where("userId", "=", userId)
      .where("idempotencyKey", "=", idempotencyKey)
      .executeTakeFirst();
    return row === undefined ? undefined : parse(row);
  }

  async update(action: Action): Promise<void> {
    await this.#db
      .updateTable("actions")
      .set({ state: action.state, documentJson: JSON.stringify(action) })
      .where("orgId", "=", this.#orgId)
      .where("actionId", "=", action.actionId)
      .execute();
  }

  async find(actionId: ActionId): Promise<Action | undefined> {
    const row = await this.#documents().where("actionId", "=", actionId).executeTakeFirst();
    return row === undefined ? undefined : parse(row);
  }

  /** Actions of a host that are not settled. */
  async open(hostId: HostId): Promise<readonly Action[]> {
    const rows = await this.#documents()
      .where("hostId", "=", hostId)
      .where("state", "in", OPEN_STATES)
      .orderBy("actionId")
      .execute();
    return rows.map(parse);
  }

  /** Actions on a container that are not settled. */
  async openOn(containerId: ContainerId): Promise<readonly Action[]> {
    const rows = await this.#documents()
      .where("containerId", "=", containerId)
      .where("state", "in", OPEN_STATES)
      .orderBy("requestedAtNs")
      .execute();
    return rows.map(parse);
  }

  /** Every action of the org that is not settled, oldest first. */
  async allOpen(): Promise<readonly Action[]> {
    const rows = await this.#documents().where("state", "in", OPEN_STATES).orderBy("requestedAtNs").execute();
    return rows.map(parse);
  }

  /** Newest first. */
  async list({ containerId, hostIds, limit, before }: ActionFilter): Promise<readonly Action[]> {
    if (hostIds?.length === 0) return [];
    let query = this.#documents().orderBy("requestedAtNs", "desc").orderBy("actionId", "desc").limit(limit);
    if (containerId !== undefined) query = query.where("containerId", "=", containerId);
    if (hostIds !== undefined) query = query.where("hostId", "in", hostIds);
    if (before !== undefined) {
      const atNs = orderedInstant(before.requestedAtNs);
      query = query.where((where) =>
        where.or([
          where("requestedAtNs", "<", atNs),
          where.and([where("requestedAtNs", "=", atNs), where("actionId", "<", before.actionId)]),
        ]),
      );
    }
    return (await query.execute()).map(parse);
  }

  #documents() {
    return this.#db.selectFrom("actions").select("documentJson").where("orgId", "=", this.#orgId);
  }
}

const parse = (row: { readonly documentJson: string }): Action => JSON.parse(row.documentJson) as Action;

/** Decimal text that is ordered like the instants. */
const orderedInstant = (ns: string): string => (ns.startsWith("-") ? "0" : ns).padStart(19, "0");

/** @throws ProtocolError `conflict` when the two ask for different things */
export const sameOrder = (earlier: Action, asked: Action): Action => {
  const body = ({ containerId, verb, reason, timeoutSeconds, override }: Action): string =>
    JSON.stringify([containerId, verb, reason, timeoutSeconds ?? null, override ?? false]);
  if (body(earlier) === body(asked)) return earlier;
  throw new ProtocolError("conflict", "This idempotency key was already used for another action.");
};

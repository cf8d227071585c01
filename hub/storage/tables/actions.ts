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
    const { actionId, hostId, containerId, state } = action;
    const documentJson = JSON.stringify(action);
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("actions")
      .values({ orgId: this.#orgId, actionId, hostId, containerId, userId, idempotencyKey, state, documentJson })
      .onConflict((conflict) => conflict.columns(["orgId", "userId", "idempotencyKey"]).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) return action;
    const earlier = parse(
      await this.#documents()
        .where("userId", "=", userId)
        .where("idempotencyKey", "=", idempotencyKey)
        .executeTakeFirstOrThrow(),
    );
    const same =
      earlier.containerId === containerId && earlier.verb === action.verb && earlier.reason === action.reason;
    if (same) return earlier;
    throw new ProtocolError("conflict", "This idempotency key was already used for another action.");
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

  #documents() {
    return this.#db.selectFrom("actions").select("documentJson").where("orgId", "=", this.#orgId);
  }
}

const parse = (row: { readonly documentJson: string }): Action => JSON.parse(row.documentJson) as Action;

import type { Container } from "@yardarm/protocol/container";
import type { ContainerId, HostId, OrgId } from "@yardarm/protocol/ids";
import type { Db } from "../schema.ts";

/** The latest inventory, one document per container, so that it is known while its host is away. */
export interface ContainersTable {
  orgId: OrgId;
  containerId: ContainerId;
  hostId: HostId;
  documentJson: string;
}

/** Rows per statement; far below both engines' limits on parameters. */
const ROWS_PER_STATEMENT = 500;

const inSlices = async <Item>(items: readonly Item[], task: (slice: Item[]) => Promise<unknown>): Promise<void> => {
  for (let start = 0; start < items.length; start += ROWS_PER_STATEMENT) {
    await task(items.slice(start, start + ROWS_PER_STATEMENT));
  }
};

export class OrgContainers {
  readonly #db: Db;
  readonly #orgId: OrgId;

  constructor(db: Db, orgId: OrgId) {
    this.#db = db;
    this.#orgId = orgId;
  }

  /** Stores the containers of a delta; a document that did not change is not written. */
  async upsert(containers: readonly Container[]): Promise<void> {
    await inSlices(containers, (slice) =>
      this.#db
        .insertInto("containers")
        .values(
          slice.map((container) => ({
            orgId: this.#orgId,
            containerId: container.containerId,
            hostId: container.hostId,
            documentJson: JSON.stringify(container),
          })),
        )
        .onConflict((conflict) =>
          conflict
            .columns(["orgId", "containerId"])
            .doUpdateSet((row) => ({ documentJson: row.ref("excluded.documentJson") }))
            .whereRef("containers.documentJson", "<>", "excluded.documentJson"),
        )
        .execute(),
    );
  }

  async forget(containerIds: readonly ContainerId[]): Promise<void> {
    await inSlices(containerIds, (slice) =>
      this.#db.deleteFrom("containers").where("orgId", "=", this.#orgId).where("containerId", "in", slice).execute(),
    );
  }

  async forgetHost(hostId: HostId): Promise<void> {
    await this.#db.deleteFrom("containers").where("orgId", "=", this.#orgId).where("hostId", "=", hostId).execute();
  }

  async list(): Promise<readonly Container[]> {
    return (await this.#documents().execute()).map(parse);
  }

  async ofHost(hostId: HostId): Promise<readonly Container[]> {
    return (await this.#documents().where("hostId", "=", hostId).execute()).map(parse);
  }

  async find(containerId: ContainerId): Promise<Container | undefined> {
    const row = await this.#documents().where("containerId", "=", containerId).executeTakeFirst();
    return row === undefined ? undefined : parse(row);
  }

  #documents() {
    return this.#db
      .selectFrom("containers")
      .select("documentJson")
      .where("orgId", "=", this.#orgId)
      .orderBy("containerId");
  }
}

const parse = (row: { readonly documentJson: string }): Container => JSON.parse(row.documentJson) as Container;

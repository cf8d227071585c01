import type { PoolClient } from "pg";

/** Chosen once, never changed: hubs that start or change days at the same time take turns. */
const SCHEMA_LOCK = 7_227_001;

/**
 * Packs by UTC day of arrival, one partition per day, so that retention drops whole days. Cursors live beside them,
 * because a day's end means nothing to them. The first column of every key is the org.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS log_cursor (
    org_id text NOT NULL,
    container_id text NOT NULL,
    cursor text NOT NULL,
    committed_at timestamptz NOT NULL,
    evicted_by text,
    PRIMARY KEY (org_id, container_id)
  );
  CREATE TABLE IF NOT EXISTS log_pack (
    day date NOT NULL,
    org_id text NOT NULL,
    container_id text NOT NULL,
    first_seq bigint NOT NULL,
    end_seq bigint NOT NULL,
    min_ts_ns bigint NOT NULL,
    max_ts_ns bigint NOT NULL,
    level_mask integer NOT NULL,
    codec smallint NOT NULL,
    raw_bytes integer NOT NULL,
    checksum bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (org_id, container_id, first_seq, day)
  ) PARTITION BY RANGE (day);
`;

const locked = async (client: PoolClient, sql: string): Promise<void> => {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
    await client.query(sql);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
};

/** Makes the tables where they do not exist. */
export const ensureTables = (client: PoolClient): Promise<void> => locked(client, SCHEMA);

/** Makes the partition of a day (`yyyy-mm-dd`) where it does not exist. Its packs are compressed already, so nothing is tried again. */
export const ensurePartition = (client: PoolClient, day: string): Promise<void> => {
  const name = partitionOf(day);
  return locked(
    client,
    `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF log_pack
       FOR VALUES FROM ('${day}') TO (date '${day}' + 1);
     ALTER TABLE ${name} ALTER COLUMN body SET STORAGE EXTERNAL;`,
  );
};

/** Removes a day's partition, whole. */
export const dropPartition = (client: PoolClient, day: string): Promise<void> =>
  locked(client, `DROP TABLE IF EXISTS ${partitionOf(day)}`);

const partitionOf = (day: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new RangeError("Not a day.");
  return `log_pack_${day.replaceAll("-", "")}`;
};

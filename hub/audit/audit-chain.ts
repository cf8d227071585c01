import type { OrgId } from "@yardarm/protocol/ids";
import type { OrgStorage, Storage } from "../storage/storage.ts";
import type { AuditFilter, StoredAuditRow } from "../storage/tables/audit.ts";
import { type AuditEntry, type AuditRow, genesisHash, hashBody, readBody, writeBody } from "./audit-row.ts";

export type { AuditFilter };

/** Position and hash of a row: what a command carries of its intent. */
export type AuditPosition = { readonly seq: number; readonly hash: string };

export type AuditVerdict =
  /** `rows` were computed, from `fromSeq` on. */
  | { readonly ok: true; readonly rows: number; readonly fromSeq: number; readonly head: AuditPosition }
  /** `brokenSeq` is the first row that is missing or not what it was. */
  | { readonly ok: false; readonly brokenSeq: number; readonly problem: AuditProblem };

/** `changed`: the text; `unlinked`: its place; `columns`: what lists filter by; `missing`: a hole or a cut tail. */
export type AuditProblem = "changed" | "unlinked" | "columns" | "missing";

const ROWS_PER_READ = 1_000;

export class AuditChain {
  readonly #storage: Storage;
  readonly #nowNs: () => bigint;

  constructor(options: { readonly storage: Storage; readonly nowNs: () => bigint }) {
    this.#storage = options.storage;
    this.#nowNs = options.nowNs;
  }

  /**
   * Adds a row and resolves when it is durable.
   *
   * @throws ProtocolError `storage_unavailable`: whatever was about to happen MUST NOT happen then
   */
  async append(orgId: OrgId, entry: AuditEntry): Promise<AuditPosition> {
    return this.#storage.transaction((scope) => this.appendIn(scope.org(orgId), entry));
  }

  /** Adds a row inside the transaction to which `org` belongs: both become durable, or neither. */
  async appendIn(org: OrgStorage, entry: AuditEntry): Promise<AuditPosition> {
    const { orgId, audit } = org;
    let head = await audit.lockHead();
    if (head === undefined) {
      await audit.start(genesisHash(orgId));
      head = await audit.lockHead();
    }
    if (head === undefined) throw new Error("The head of an audit chain vanished.");
    const seq = head.seq + 1;
    const atNs = this.#nowNs().toString();
    const body = writeBody(entry, { orgId, seq, atNs, prev: head.hash });
    const hash = hashBody(body);
    const { kind, actor, target } = entry;
    await audit.append({ seq, atNs, kind, actorId: actor.id, targetId: target?.id ?? null, body, hash });
    return { seq, hash };
  }

  /** Rows before `before` (null: from the newest), newest first. */
  async list(
    orgId: OrgId,
    page: { readonly before: number | null; readonly limit: number; readonly filter?: AuditFilter },
  ): Promise<readonly AuditRow[]> {
    return readable(await this.#storage.org(orgId).audit.before(page.before, page.limit, page.filter));
  }

  /** Every row that there is when it begins, oldest first, in pages. */
  async *export(orgId: OrgId, filter: AuditFilter): AsyncGenerator<readonly AuditRow[], void, undefined> {
    const { audit } = this.#storage.org(orgId);
    const endSeq = ((await audit.head())?.seq ?? 0) + 1;
    for (let lastSeq = 0; ; ) {
      const rows = (await audit.after(lastSeq, ROWS_PER_READ, filter)).filter(({ seq }) => seq < endSeq);
      const last = rows.at(-1);
      if (last === undefined) return;
      lastSeq = last.seq;
      yield readable(rows);
    }
  }

  /**
   * Recomputes the whole chain, or its `newest` rows, and names the first row that does not hold. `witnessed` are positions that
   * somebody else remembers: with them a tail that was cut or written anew shows as well.
   */
  async verify(
    orgId: OrgId,
    witnessed: readonly AuditPosition[] = [],
    newest: number = Number.POSITIVE_INFINITY,
  ): Promise<AuditVerdict> {
    const { audit } = this.#storage.org(orgId);
    const expected = Map.groupBy(witnessed, ({ seq }) => seq);
    let last: AuditPosition = { seq: 0, hash: genesisHash(orgId) };
    const before = ((await audit.head())?.seq ?? 0) - newest;
    if (before > 0) {
      // What came before is taken at its word here; that it is there is not.
      const [row] = await audit.after(before - 1, 1);
      if (row?.seq !== before) return { ok: false, brokenSeq: before, problem: "missing" };
      last = { seq: before, hash: row.hash };
    }
    const fromSeq = last.seq + 1;
    for (;;) {
      const rows = await audit.after(last.seq, ROWS_PER_READ);
      for (const row of rows) {
        const isRemembered = (expected.get(row.seq) ?? []).every(({ hash }) => hash === row.hash);
        const problem = check(orgId, row, last) ?? (isRemembered ? null : "changed");
        if (problem !== null) return { ok: false, brokenSeq: last.seq + 1, problem };
        last = { seq: row.seq, hash: row.hash };
      }
      if (rows.length > 0) continue;
      const head = (await audit.head()) ?? { seq: 0, hash: genesisHash(orgId) };
      const isWhole = head.seq === last.seq && head.hash === last.hash;
      const isCut = witnessed.some(({ seq }) => seq > last.seq);
      if (isWhole && !isCut) return { ok: true, rows: last.seq - fromSeq + 1, fromSeq, head: last };
      // Rows that were added since the last read are not a cut tail.
      const [added] = isCut ? [] : await audit.after(last.seq, 1);
      if (added === undefined) return { ok: false, brokenSeq: Math.min(head.seq, last.seq) + 1, problem: "missing" };
    }
  }
}

/** Rows as people read them; one that is none any more is `verify`'s to name. */
const readable = (rows: readonly StoredAuditRow[]): readonly AuditRow[] =>
  rows.flatMap(({ body, hash }) => {
    const read = readBody(body);
    if (read === null) return [];
    const { orgId: _org, prev: _prev, v: _version, ...entry } = read;
    return [{ ...entry, hash }];
  });

const check = (orgId: OrgId, row: StoredAuditRow, previous: AuditPosition): AuditProblem | null => {
  if (row.seq !== previous.seq + 1) return "missing";
  const body = readBody(row.body);
  if (body === null || hashBody(row.body) !== row.hash) return "changed";
  if (body.prev !== previous.hash || body.seq !== row.seq || body.orgId !== orgId) return "unlinked";
  const sameColumns =
    row.atNs === body.atNs &&
    row.kind === body.kind &&
    row.actorId === body.actor.id &&
    row.targetId === (body.target?.id ?? null);
  return sameColumns ? null : "columns";
};

import type { LogHit } from "@yardarm/protocol/api/logs";
import { logSearchQuerySchema } from "@yardarm/protocol/api/logs";
import { createViewRequestSchema, type SavedView } from "@yardarm/protocol/api/views";
import type { Container } from "@yardarm/protocol/container";
import { ProtocolError } from "@yardarm/protocol/errors";
import { asId, type UserId, type ViewId } from "@yardarm/protocol/ids";
import { levelName } from "@yardarm/protocol/log/level";
import type { MockFleet } from "./mock-fleet.ts";
import type { Answer, MockRequest } from "./mock-routes.ts";

/** What the mock hub answers the logs explorer: a search over the lines that its logs are made of, and saved views. */

const SCANNED_LINES = 600;
const GAP_MS = 200;

export class MockExplorer {
  readonly #fleet: MockFleet;
  #views: SavedView[] = [];

  constructor(fleet: MockFleet) {
    this.#fleet = fleet;
  }

  /** `null` for what is not its business. */
  handle(request: MockRequest, userId: UserId): Answer | null {
    const [, , collection = "", id = ""] = request.path.split("/");
    if (`${request.method} ${request.path}` === "GET /api/logs/search") return this.#search(request);
    if (request.path.endsWith("/logs/context")) return this.#context(request);
    if (collection !== "views") return null;
    if (request.method === "GET") return { status: 200, body: { items: this.#views, nextCursor: null } };
    if (request.method === "POST") return this.#create(request, userId);
    this.#views = this.#views.filter(({ viewId }) => viewId !== id);
    return { status: 204 };
  }

  #create({ body }: MockRequest, ownerId: UserId): Answer {
    const viewId = asId<ViewId>(`viw_${(this.#views.length + 1).toString().padStart(20, "0")}`);
    const view = { viewId, ownerId, createdAt: new Date().toISOString(), ...createViewRequestSchema.parse(body) };
    this.#views.push(view);
    return { status: 201, body: view };
  }

  #search({ query }: MockRequest): Answer {
    const wanted = logSearchQuerySchema.parse(Object.fromEntries(query));
    const containers = [...this.#fleet.containers.values()].filter(
      ({ containerId }) => wanted.container === undefined || wanted.container.includes(containerId),
    );
    const hits = containers.flatMap((container) => this.#hitsIn(container, wanted.q ?? ""));
    const newestFirst = hits.toSorted((one, other) => (one.tsNs < other.tsNs ? 1 : -1));
    const from = Number(wanted.cursor ?? 0);
    const items = newestFirst.slice(from, from + wanted.limit);
    const next = from + items.length;
    const isComplete = next >= newestFirst.length;
    const hosts = new Set(containers.map(({ hostId }) => hostId)).size;
    const progress = {
      scannedBackToNs: items.at(-1)?.tsNs ?? null,
      isComplete,
      bytesScanned: containers.length * SCANNED_LINES * 48,
      containersDone: isComplete ? containers.length : 0,
      containersTotal: containers.length,
      hostsDone: isComplete ? hosts : Math.max(0, hosts - 2),
      hostsTotal: hosts,
      stoppedBy: isComplete ? "end" : "limit",
      unreadableLines: 0,
    };
    return { status: 200, body: { items, nextCursor: isComplete ? null : String(next), progress } };
  }

  #hitsIn(container: Container, text: string): readonly LogHit[] {
    const profile = this.#fleet.logs.profile(container);
    const endSeq = this.#fleet.logs.nextSeq(container);
    const hits: LogHit[] = [];
    for (let seq = Math.max(0, endSeq - SCANNED_LINES); seq < endSeq; seq++) {
      const line = profile.line(seq);
      if (typeof line.text !== "string" || !line.text.toLowerCase().includes(text.toLowerCase())) continue;
      hits.push({
        containerId: container.containerId,
        workloadId: container.workloadId,
        seq,
        tsNs: `${BigInt(Date.now() - (endSeq - seq) * GAP_MS) * 1_000_000n}`,
        stream: line.isStderr === true ? "stderr" : "stdout",
        level: levelName(line.level ?? 0),
        message: line.text,
      });
    }
    return hits;
  }

  #context({ path, query }: MockRequest): Answer {
    const [, , , containerId = ""] = path.split("/");
    const container = this.#fleet.containers.get(asId(containerId));
    if (container === undefined) throw new ProtocolError("not_found", "There is no such container.");
    const profile = this.#fleet.logs.profile(container);
    const seq = Number(query.get("seq"));
    const around = Number(query.get("before"));
    const items = Array.from({ length: 2 * around + 1 }, (_, index) => seq - around + index)
      .filter((at) => at >= 0)
      .map((at) => {
        const line = profile.line(at);
        const ts = new Date(Date.now() - 60_000 + at * GAP_MS).toISOString();
        return { seq: at, ts, stream: "stdout", level: levelName(line.level ?? 0), message: String(line.text) };
      });
    return { status: 200, body: { containerId, items } };
  }
}

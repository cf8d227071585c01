import type { AgentDown } from "@yardarm/protocol/agent-down/down";
import { asId, type ContainerId, type HostId, type HubId, type OrgId } from "@yardarm/protocol/ids";
import { BatchEncoder } from "@yardarm/protocol/log/batch-encoder";
import { FLAG_LOSS } from "@yardarm/protocol/log/line-flags";
import { encodeLoss } from "@yardarm/protocol/log/loss";
import { PAGE_PREFIX_BYTES, type PageEnd, writePagePrefix } from "@yardarm/protocol/log/page-frame";
import { hashText } from "@yardarm/protocol/log/text-hash";
import type { LogReadOrder } from "@yardarm/protocol/log-read";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { beforeEach, expect, test } from "vitest";
import { MemoryBus } from "../bus/memory-bus.ts";
import { MemoryLogStore } from "../logs/memory-log-store.ts";
import { AgentConnection } from "./agent-connection.ts";
import { PageRequests } from "./page-requests.ts";
import { ReadThrough } from "./read-through.ts";
import { RequestRouter } from "./request-router.ts";

const orgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");
const containerId = asId<ContainerId>("ctr_aaaaaaaaaaaaaaaaaaaa");
const dockerId = dockerIdOf(1);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A batch of lines whose stamps are their seconds; a line "loss" is a loss record. */
const batchOf = (firstSeq: number, lines: readonly string[], prefixBytes = 0): Uint8Array => {
  const encoder = new BatchEncoder();
  lines.forEach((line, index) => {
    const isLoss = line === "loss";
    const text = isLoss ? encodeLoss({ reason: "before_enrollment", fromTsNs: "0", toTsNs: "1" }) : utf8(line);
    encoder.append(firstSeq + index, 0, isLoss ? FLAG_LOSS : 0, text, 0, text.length, 0);
  });
  return encoder.finish(firstSeq, { prefixBytes });
};

const pageFrame = (request: number, end: PageEnd, lines: readonly string[] = []): Uint8Array => {
  const frame = lines.length === 0 ? new Uint8Array(PAGE_PREFIX_BYTES) : batchOf(0, lines, PAGE_PREFIX_BYTES);
  writePagePrefix(frame, request, end);
  return frame;
};

let sent: AgentDown[];
let expire: () => void;
let log: MemoryLogStore;
let router: RequestRouter;
let pages: PageRequests;
let connection: AgentConnection;
let readThrough: ReadThrough;

beforeEach(() => {
  sent = [];
  const unexpected = (error: unknown): void => {
    throw error;
  };
  router = new RequestRouter({ bus: new MemoryBus({ report: unexpected, after: () => () => {} }), report: unexpected });
  pages = new PageRequests({
    hubId: asId<HubId>("hub_aaaaaaaaaaaaaaaaaaaa"),
    sign: (purpose, payload) => ({ payload, keyId: purpose, signature: "S" }),
    nowNs: () => 5_000n,
    after: (_delayMs, task) => {
      expire = task;
      return () => {};
    },
  });
  pages.serve(router);
  connection = new AgentConnection({
    ...{ orgId, hostId, epoch: 1, sessionNonce: "N".repeat(43) },
    socket: { send: (message) => sent.push(message), ping: () => {}, close: () => {} },
  });
  router.attach(connection);
  log = new MemoryLogStore();
  let keys = 0;
  readThrough = new ReadThrough({
    log,
    router,
    locate: (org, id) => (org === orgId && id === containerId ? { hostId, dockerId } : undefined),
    newKey: () => `key ${++keys}`,
  });
});

const ask = (signal = new AbortController().signal, before: { tsNs: string; hash: string }[] | null = null) =>
  readThrough.page({ orgId, containerId, before, maxLines: 10, signal });

/** The next order that the agent is sent. */
const order = async (count = 1): Promise<LogReadOrder> => {
  await expect
    .poll(() => sent.filter(({ type }) => type === "log.read").length, { interval: 5, timeout: 30_000 })
    .toBe(count);
  const message = sent.filter((one) => one.type === "log.read").at(-1);
  return JSON.parse(message?.payload ?? "") as LogReadOrder;
};

const store = (lines: readonly string[]): Promise<void> =>
  log.append({
    ...{ orgId, containerId, firstSeq: 0, batches: [batchOf(0, lines)] },
    cursor: { nextSeq: lines.length, tsNs: "0", ordinal: 0, tail: [] },
  });

const markOf = (seconds: number, text: string) => ({
  tsNs: String(BigInt(seconds) * 1_000_000_000n),
  hash: hashText(utf8(text)),
});

test("[LOG-19] an order names the oldest stored lines, up to a loss record between them, and is signed", async () => {
  await store(["loss", "a", "b", "loss", "c"]);
  const asked = ask();
  const first = await order();
  expect(first).toMatchObject({ orgId, hostId, dockerId, request: 1, maxLines: 10, expiresAtNs: "15000005000" });
  expect(first).toMatchObject({ sessionNonce: connection.sessionNonce, before: [markOf(1, "a"), markOf(2, "b")] });
  expect(sent[0]).toMatchObject({ keyId: "log-read", request: 1 });
  pages.take(connection, pageFrame(1, "more", ["x", "y"]));
  const page = await asked;
  expect([page.batch?.lineText(0), page.batch?.lineText(1), page.end]).toEqual(["x", "y", "more"]);
  expect(page.before, "the page before ends at this one").toEqual([markOf(0, "x"), markOf(1, "y")]);

  const next = ask(undefined, [...(page.before ?? [])]);
  expect((await order(2)).before).toEqual(page.before);
  pages.take(connection, pageFrame(2, "begins", ["w"]));
  expect(await next).toMatchObject({ end: "begins", before: null });
});

test("[LOGS-15] a host that is away is said to be, before it was asked and while it reads", async () => {
  const asked = ask();
  await order();
  router.detach(connection);
  pages.gone(connection);
  await expect(asked).rejects.toMatchObject({ code: "agent_offline" });
  await expect(ask()).rejects.toMatchObject({ code: "agent_offline" });
});

test("[TEN-1] another org's container does not exist, and its host is not asked", async () => {
  const other = asId<OrgId>("org_bbbbbbbbbbbbbbbbbbbb");
  const asked = readThrough.page({ orgId: other, containerId, before: null, maxLines: 1, signal: AbortSignal.abort() });
  await expect(asked).rejects.toMatchObject({ code: "not_found" });
  expect(sent).toEqual([]);
});

test.each([
  ["denied", "policy_denied"],
  ["busy", "busy"],
  ["failed", "log_unreadable"],
  ["refused", "internal"],
] as const)("[LOG-20] a page that is %s is the error %s", async (end, code) => {
  const asked = ask();
  await order();
  pages.take(connection, pageFrame(1, end));
  await expect(asked).rejects.toMatchObject({ code });
});

test("[LOG-20] one page of a host at a time, and only so many wait", async () => {
  const all = Array.from({ length: 8 }, () => ask());
  await order();
  await expect(ask()).rejects.toMatchObject({ code: "busy" });
  for (let request = 1; request <= 8; request++) {
    await order(request);
    pages.take(connection, pageFrame(request, "begins", [`page ${request}`]));
  }
  const read = await Promise.all(all);
  expect(read.map(({ batch }) => batch?.lineText(0))).toEqual(Array.from({ length: 8 }, (_, n) => `page ${n + 1}`));
});

test("[LOG-20] who goes away cancels the page; the late answer disturbs nobody, and the next in turn is served", async () => {
  const leaving = new AbortController();
  const first = ask(leaving.signal);
  const second = ask();
  await order();
  leaving.abort(new Error("The reader left."));
  await expect(first).rejects.toThrow("The reader left.");
  await order(2);
  expect(sent.map(({ type }) => type)).toContain("log.read.cancel");
  pages.take(connection, pageFrame(1, "more", ["too late"]));
  pages.take(connection, pageFrame(2, "begins", ["in time"]));
  expect((await second).batch?.lineText(0)).toBe("in time");
});

test("[LOG-20] an agent that says nothing is given up and told so", async () => {
  const asked = ask();
  await order();
  expire();
  await expect(asked).rejects.toMatchObject({ code: "agent_timeout" });
  expect(sent.at(-1)).toEqual({ type: "log.read.cancel", request: 1 });
});

test("[LOG-20] a page that was never asked for, and one with too many lines, are refused", async () => {
  expect(() => pages.take(connection, pageFrame(1, "more", ["x"]))).toThrowError(/not made/);
  const asked = ask();
  await order();
  pages.take(
    connection,
    pageFrame(
      1,
      "more",
      Array.from({ length: 11 }, () => "x"),
    ),
  );
  await expect(asked).rejects.toMatchObject({ code: "malformed_frame" });
});

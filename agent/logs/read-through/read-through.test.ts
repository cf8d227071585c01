import { generateKeyPairSync } from "node:crypto";
import type { LogRead as LogReadMessage } from "@yardarm/protocol/agent-down/log-read";
import { asId, type HostId, type HubId, type OrgId } from "@yardarm/protocol/ids";
import { decodeBatch } from "@yardarm/protocol/log/batch";
import { HOST_PAGE_BYTES, parsePageFrame } from "@yardarm/protocol/log/page-frame";
import { hashText } from "@yardarm/protocol/log/text-hash";
import type { LineMark, LogReadOrder } from "@yardarm/protocol/log-read";
import { dockerIdOf } from "@yardarm/testkit/sample-container";
import { beforeEach, describe, expect, test } from "vitest";
import type { ContainerDetails } from "../../docker/container-details.ts";
import { isSignedFor, signFor } from "../../identity/ed25519.ts";
import { makeRedactor } from "../../policy/redactor.ts";
import type { LogRead, LogSource, MessageReader, OpenLog } from "../log-source.ts";
import { onlySource } from "../log-sources.ts";
import { ReadThrough } from "./read-through.ts";

const SECOND_NS = 1_000_000_000n;
const CREATED_NS = 1_700_000_000n * SECOND_NS;
const dockerId = dockerIdOf(1);

interface Stored {
  readonly tsNs: bigint;
  readonly text: string;
  readonly stream?: 0 | 1;
}

/** A log in memory; delivers when the test says so, as sources never do it inside `open`. */
class MemorySource implements LogSource {
  readonly kind = "api";
  readonly followsRotation = false;
  readonly reads: LogRead[] = [];
  lines: Stored[] = [];
  isHeld = false;
  closed = 0;

  open(read: LogRead, reader: MessageReader): OpenLog {
    this.reads.push(read);
    let isOpen = true;
    const deliver = (): void => {
      for (const { tsNs, text, stream = 0 } of this.lines) {
        if (!isOpen) return;
        if (read.from.kind === "since" && tsNs < read.from.tsNs) continue;
        const bytes = Buffer.from(`${text}\n`);
        reader.message(stream, Number(tsNs / SECOND_NS), Number(tsNs % SECOND_NS), bytes, 0, bytes.length);
      }
      if (isOpen) reader.ended({ kind: "complete" });
    };
    if (!this.isHeld) queueMicrotask(deliver);
    return {
      pause: () => {},
      resume: () => {},
      containerStopped: () => {},
      position: () => null,
      close: () => {
        this.closed += isOpen ? 1 : 0;
        isOpen = false;
      },
    };
  }
}

const key = generateKeyPairSync("ed25519");
const hubId = asId<HubId>("hub_aaaaaaaaaaaaaaaaaaaa");
const hostId = asId<HostId>("hst_aaaaaaaaaaaaaaaaaaaa");
const orgId = asId<OrgId>("org_aaaaaaaaaaaaaaaaaaaa");
const sessionNonce = "N".repeat(43);

let source: MemorySource;
let mayRead: boolean;
let frames: Uint8Array[];
let expire: () => void;
let pages: ReadThrough;

const open = (redact: readonly string[] = []): ReadThrough => {
  const readThrough = new ReadThrough({
    hubId,
    hostId,
    sources: onlySource(source),
    redaction: makeRedactor(redact),
    describe: (id) =>
      id === dockerId ? ({ dockerId, tty: false, createdAtNs: CREATED_NS, logOptions: {} } as ContainerDetails) : null,
    isSigned: (purpose, signed) => isSignedFor(purpose, signed, key.publicKey),
    mayRead: () => mayRead,
    sendFrame: (frame) => frames.push(frame) > 0,
    compress: (body) => body,
    clock: {
      nowNs: () => CREATED_NS + 1_000_000n * SECOND_NS,
      setTimer: (_delayMs, callback) => {
        expire = callback;
        return () => {};
      },
    },
  });
  readThrough.online({ orgId, sessionNonce, hubNowNs: () => 1_000n });
  return readThrough;
};

const message = (changes: Partial<LogReadOrder> = {}, purpose: "log-read" | "action" = "log-read"): LogReadMessage => {
  const request = changes.request ?? 1;
  const order: LogReadOrder = {
    ...{ hubId, orgId, hostId, sessionNonce, request, dockerId, before: [], maxLines: 100, expiresAtNs: "2000" },
    ...changes,
  };
  const payload = JSON.stringify(order);
  return { type: "log.read", request, payload, keyId: "k1", signature: signFor(purpose, payload, key.privateKey) };
};

const ask = async (asked: LogReadMessage) => {
  await pages.take(asked);
  const { request, end, batch } = parsePageFrame(frames.at(-1) as Uint8Array);
  const decoded = batch === null ? null : decodeBatch(batch);
  const lines = Array.from({ length: decoded?.lineCount ?? 0 }, (_, index) => decoded?.lineText(index) as string);
  return { request, end, lines };
};

const markOf = ({ tsNs, text }: Stored): LineMark => ({ tsNs: String(tsNs), hash: hashText(Buffer.from(text)) });
/** `count` lines, a second apart, from the creation on. */
const linesEverySecond = (count: number): Stored[] =>
  Array.from({ length: count }, (_, index) => ({
    tsNs: CREATED_NS + BigInt(index) * SECOND_NS,
    text: `line ${index}`,
  }));
const marksFrom = (index: number, count = 8): LineMark[] => source.lines.slice(index, index + count).map(markOf);
const texts = (from: number, to: number): string[] => source.lines.slice(from, to).map(({ text }) => text);

beforeEach(() => {
  source = new MemorySource();
  source.lines = linesEverySecond(5_000);
  mayRead = true;
  frames = [];
  expire = () => {};
  pages = open();
});

describe("[LOGS-15] [LOG-19] a page of the engine's own log", () => {
  test("ends directly in front of the known lines, and is asked for until the log begins", async () => {
    expect(await ask(message({ before: marksFrom(250) }))).toEqual({ request: 1, end: "more", lines: texts(150, 250) });
    expect(await ask(message({ before: marksFrom(150) }))).toMatchObject({ end: "more", lines: texts(50, 150) });
    expect(await ask(message({ before: marksFrom(50) }))).toMatchObject({ end: "begins", lines: texts(0, 50) });
    expect(await ask(message({ before: marksFrom(0) }))).toMatchObject({ end: "begins", lines: [] });
  });

  test("looks back only as far as it must", async () => {
    await ask(message({ before: marksFrom(4_900), maxLines: 30 }));
    expect(source.reads.map(({ from }) => from.kind)).toEqual(["since"]);
    await ask(message({ before: marksFrom(4_900), maxLines: 1_000 }));
    expect(source.reads).toHaveLength(3);
  });

  test("tells lines of the same stamp and even of the same text apart by those around them", async () => {
    const tsNs = CREATED_NS;
    source.lines = ["same", "same", "a", "same", "same", "b", "same"].map((text) => ({ tsNs, text }));
    expect(await ask(message({ before: marksFrom(3) }))).toMatchObject({ lines: ["same", "same", "a"], end: "begins" });
    expect(await ask(message({ before: marksFrom(4) }))).toMatchObject({ lines: ["same", "same", "a", "same"] });
  });

  test("ends in front of the oldest known stamp where the known lines read differently now", async () => {
    const before = marksFrom(100).map(({ tsNs }) => ({ tsNs, hash: "0123456789abcdef" }));
    const { lines, end } = await ask(message({ before, maxLines: 150 }));
    expect(lines).toEqual(texts(0, 100));
    expect(end).toBe("begins");
  });

  test("is gone when the engine has rotated away everything in front of the known lines, and those too", async () => {
    const before = marksFrom(10);
    source.lines = source.lines.slice(2_000);
    expect(await ask(message({ before }))).toMatchObject({ lines: [], end: "gone" });
  });

  test("holds at most a frame of text, however many lines that is, and one long line always", async () => {
    const text = "x".repeat(HOST_PAGE_BYTES / 4);
    source.lines = source.lines.slice(0, 20).map(({ tsNs }, index) => ({ tsNs, text: `${index} ${text}` }));
    const { lines, end } = await ask(message({ before: marksFrom(19) }));
    expect([lines.length, end]).toEqual([3, "more"]);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["16", "17", "18"]);
  });

  test("of lines that lie further apart than one batch can say holds the newer ones", async () => {
    const years = 365n * 24n * 3600n * SECOND_NS;
    source.lines = [0n, 1n, 2n].map((year) => ({ tsNs: CREATED_NS + year * years, text: `year ${year}` }));
    expect(await ask(message())).toMatchObject({ lines: ["year 2"], end: "more" });
  });

  test("is redacted as what is shipped, and finds its place in what was shipped", async () => {
    source.lines = linesEverySecond(20).map((line) => ({ ...line, text: `${line.text} password=hunter2` }));
    pages = open(["password"]);
    const before = [markOf({ ...(source.lines[10] as Stored), text: "line 10 password=[redacted]" })];
    const { lines } = await ask(message({ before }));
    expect(lines).toEqual(Array.from({ length: 10 }, (_, index) => `line ${index} password=[redacted]`));
  });
});

describe("[LOG-20] an order", () => {
  test.each([
    ["signed for another purpose", () => message({}, "action")],
    ["changed on the way", () => ({ ...message(), payload: message({ maxLines: 99 }).payload })],
    ["for another request", () => ({ ...message(), request: 2 })],
    ["of another session", () => message({ sessionNonce: "M".repeat(43) })],
    ["for another host", () => message({ hostId: asId<HostId>("hst_bbbbbbbbbbbbbbbbbbbb") })],
    ["of another org", () => message({ orgId: asId<OrgId>("org_bbbbbbbbbbbbbbbbbbbb") })],
    ["of another hub", () => message({ hubId: asId<HubId>("hub_bbbbbbbbbbbbbbbbbbbb") })],
    ["that is too old", () => message({ expiresAtNs: "999" })],
  ])("%s is refused, and nothing is read", async (_, forged) => {
    expect(await ask(forged())).toMatchObject({ end: "refused", lines: [] });
    expect(source.reads).toEqual([]);
  });

  test("for what the host's owner keeps, or for a container that is not there, reads nothing", async () => {
    expect(await ask(message({ dockerId: dockerIdOf(2) }))).toMatchObject({ end: "gone" });
    mayRead = false;
    expect(await ask(message())).toMatchObject({ end: "denied", lines: [] });
    expect(source.reads).toEqual([]);
  });

  test("finds the agent busy while another page is read; a cancelled page is not sent", async () => {
    source.isHeld = true;
    const first = pages.take(message({ request: 1 }));
    expect(await ask(message({ request: 2 }))).toMatchObject({ request: 2, end: "busy" });
    pages.cancel({ type: "log.read.cancel", request: 2 });
    expect(source.closed, "the cancel of another page").toBe(0);
    pages.cancel({ type: "log.read.cancel", request: 1 });
    await first;
    expect([source.closed, frames.length]).toEqual([1, 1]);
    source.isHeld = false;
    expect(await ask(message({ request: 3 }))).toMatchObject({ request: 3, end: "more" });
  });

  test("that takes too long fails, and so does one whose session ended", async () => {
    source.isHeld = true;
    const slow = pages.take(message());
    expire();
    await slow;
    expect(parsePageFrame(frames[0] as Uint8Array)).toMatchObject({ end: "failed", batch: null });
    const cut = pages.take(message({ request: 2 }));
    pages.offline();
    await cut;
    expect(frames).toHaveLength(1);
  });
});

/**
 * Chromium with nobody listening in. Playwright is told of every message of every socket, which at these rates takes an eighth of the
 * machine; here the page is only asked when there is something to ask.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { CHROMIUM_ARGUMENTS, chromiumPath } from "../../testkit/chromium.ts";
import { makeTempDir } from "../../testkit/temp-dir.ts";
import { waitUntil } from "../../testkit/wait-until.ts";

const WINDOW = { width: 1_440, height: 900 };
/** Asking is work for the page, too. */
const ASK_EVERY_MS = 50;
/** What has not come by then does not come. */
const LATE_MS = 60_000;

interface Cookie {
  readonly name: string;
  readonly value: string;
}

/** A page in a context of its own: nothing cached, nobody signed in but by these cookies. */
export interface MeasuredPage extends AsyncDisposable {
  /** What an expression gives. @throws Error with what it threw */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Resolves when the expression is true. */
  until(what: string, expression: string): Promise<void>;
  /** Bytes in use after what is unreachable was thrown away. */
  heapBytes(): Promise<number>;
}

export interface MeasuredBrowser extends AsyncDisposable {
  /** Goes to `url`; `script` runs before anything of the page's own. */
  open(url: string, options: { readonly script: string; readonly cookie?: Cookie }): Promise<MeasuredPage>;
}

type Answer = { readonly id?: number; readonly result?: unknown; readonly error?: { readonly message: string } };
type Send = <Result>(method: string, parameters?: object, sessionId?: string) => Promise<Result>;

/** Each message ends with a zero. */
const END = "\0";

/** The protocol's requests and answers, over two pipes that end the browser when this process ends; its events are nobody's business here. */
const speakOver = (into: Writable, from: Readable): Send => {
  let lastId = 0;
  let begun = "";
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const answered = (text: string): void => {
    const { id = 0, result, error } = JSON.parse(text) as Answer;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error.message));
  };
  from.setEncoding("utf8").on("data", (text: string) => {
    const messages = `${begun}${text}`.split(END);
    begun = messages.pop() ?? "";
    for (const message of messages) answered(message);
  });
  from.on("close", () => {
    for (const asked of waiting.values()) asked.reject(new Error("Chromium has ended."));
  });
  return <Result>(method: string, parameters: object = {}, sessionId?: string) => {
    lastId += 1;
    const asked = Promise.withResolvers<unknown>();
    waiting.set(lastId, asked);
    const session = sessionId === undefined ? {} : { sessionId };
    into.write(`${JSON.stringify({ id: lastId, method, params: parameters, ...session })}${END}`);
    return asked.promise as Promise<Result>;
  };
};

type Evaluated = {
  readonly result: { readonly value: unknown };
  readonly exceptionDetails?: { readonly text: string };
};

const openPage = async (
  send: Send,
  url: string,
  { script, cookie }: { readonly script: string; readonly cookie?: Cookie },
): Promise<MeasuredPage> => {
  const { browserContextId } = await send<{ browserContextId: string }>("Target.createBrowserContext");
  const target = { url: "about:blank", browserContextId, ...WINDOW };
  const { targetId } = await send<{ targetId: string }>("Target.createTarget", target);
  const { sessionId } = await send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
  const say = <Result>(method: string, parameters?: object): Promise<Result> => send(method, parameters, sessionId);
  await say("Page.enable");
  await say("Emulation.setDeviceMetricsOverride", { ...WINDOW, deviceScaleFactor: 1, mobile: false });
  await say("Page.addScriptToEvaluateOnNewDocument", { source: script });
  if (cookie !== undefined) {
    // Marked as for a secure connection, which loopback counts as.
    const secure = { url: url.replace(/^http:/, "https:"), path: "/", secure: true, httpOnly: true };
    await say("Network.setCookie", { ...cookie, ...secure, sameSite: "Lax" });
  }
  await say("Page.navigate", { url });
  const evaluate = async <Value>(expression: string): Promise<Value> => {
    const answer = await say<Evaluated>("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (answer.exceptionDetails !== undefined) throw new Error(`${expression}: ${answer.exceptionDetails.text}`);
    return answer.result.value as Value;
  };
  return {
    evaluate,
    until: async (what, expression) => {
      await waitUntil(what, () => evaluate<boolean>(expression), { timeoutMs: LATE_MS, everyMs: ASK_EVERY_MS });
    },
    heapBytes: async () => {
      await say("HeapProfiler.collectGarbage");
      return (await say<{ usedSize: number }>("Runtime.getHeapUsage")).usedSize;
    },
    [Symbol.asyncDispose]: async () => {
      await send("Target.disposeBrowserContext", { browserContextId });
    },
  };
};

export const startMeasuredBrowser = async (): Promise<MeasuredBrowser> => {
  await using started = new AsyncDisposableStack();
  const profile = started.use(await makeTempDir("chromium"));
  const flags = ["--headless", "--no-first-run", "--remote-debugging-pipe", `--user-data-dir=${profile.path}`];
  const child = spawn(chromiumPath(), [...CHROMIUM_ARGUMENTS, ...flags], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  const send = speakOver(child.stdio[3] as Writable, child.stdio[4] as Readable);
  started.defer(async () => {
    // It ends before it has answered, or soon after.
    await Promise.race([send("Browser.close").catch(() => {}), ended]);
    await ended;
  });
  await send("Browser.getVersion");
  const running = started.move();
  return {
    open: (url, options) => openPage(send, url, options),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

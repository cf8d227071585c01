import { hexFrom, noise, noiseInt, noisePick } from "../noise.ts";
import type { DemoLine, DemoProgram, LinePlace } from "./demo-line.ts";
import { httpStatus, isoTime } from "./web-programs.ts";

/** Application services: JSON, logfmt, and the two languages whose stack traces everybody knows. */

const milliseconds = (seed: number, slot: number): number => (Math.round(noise(seed + 6, slot) ** 3 * 4000) + 8) / 10;
const requestId = ({ seed, slot }: LinePlace): string => hexFrom("request", seed, slot).slice(0, 16);

const ROUTES = [
  "GET /orders",
  "GET /orders/:id",
  "POST /orders",
  "GET /products",
  "POST /session",
  "GET /stock/:sku",
] as const;

/** A Node.js API with a JSON logger whose levels are numbers. */
export const jsonApi = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [
    '{"level":30,"msg":"database connected","pool":10}',
    '{"level":30,"msg":"server listening at http://0.0.0.0:3000"}',
  ],
  line: (place) => {
    const { seed, slot, tsNs } = place;
    const time = Number(tsNs / 1_000_000n);
    const status = httpStatus(seed, slot);
    const base = { time, pid: 1, reqId: requestId(place) };
    if (status >= 500) {
      return {
        text: JSON.stringify({
          level: 50,
          ...base,
          err: {
            type: "TimeoutError",
            message: "timed out after 3000 ms waiting for a connection",
            code: "POOL_TIMEOUT",
          },
          msg: "request failed",
        }),
      };
    }
    if (noise(seed + 9, slot) < 0.04) {
      return {
        text: JSON.stringify({
          level: 40,
          ...base,
          retries: noiseInt(seed + 5, slot, 1, 3),
          msg: "payment provider slow, trying again",
        }),
      };
    }
    const [method, url] = noisePick(seed + 4, slot, ROUTES).split(" ");
    return {
      text: JSON.stringify({
        level: 30,
        ...base,
        method,
        url,
        statusCode: status,
        responseTime: milliseconds(seed, slot),
        msg: "request completed",
      }),
    };
  },
});

const GO_EVENTS = [
  'level=info msg="job done" queue=mail',
  'level=info msg="job done" queue=thumbnails',
  'level=info msg="job done" queue=invoices',
  'level=debug msg="lease extended" queue=mail',
  'level=warn msg="queue is growing" queue=thumbnails depth=412',
  'level=error msg="job failed" queue=mail error="smtp: 421 try again later" attempt=2',
] as const;

/** A worker written in Go that logs in logfmt. */
export const logfmtWorker = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [
    'level=info msg="worker starting" version=3.8.1 concurrency=8',
    'level=info msg="connected to broker" addr=redis:6379',
  ],
  line: (place) => {
    const { seed, slot, tsNs } = place;
    const draw = noise(seed + 4, slot);
    const event = GO_EVENTS[draw < 0.85 ? slot % 3 : draw < 0.93 ? 3 : draw < 0.985 ? 4 : 5] ?? "";
    return { text: `ts=${isoTime(tsNs)} ${event} job=${requestId(place)} took=${milliseconds(seed, slot)}ms` };
  },
});

/** A daemon that says little: exporters, proxies of single sign-on, registries. */
export const quietDaemon = (intervalMs: number, messages: readonly [string, ...string[]]): DemoProgram => ({
  intervalMs,
  boot: ['level=info msg="starting"', 'level=info msg="ready"'],
  line: ({ seed, slot, tsNs }) => ({ text: `ts=${isoTime(tsNs)} level=info ${noisePick(seed + 4, slot, messages)}` }),
});

const JAVA_TRACE = [
  "java.lang.IllegalStateException: Stock for SKU 4711 is negative",
  "\tat shop.inventory.StockLedger.reserve(StockLedger.java:118)",
  "\tat shop.inventory.ReservationService.reserveAll(ReservationService.java:64)",
  "\tat shop.orders.OrderService.place(OrderService.java:203)",
  "\tat shop.orders.OrderController.create(OrderController.java:57)",
  "\tat java.base/java.lang.Thread.run(Thread.java:1474)",
  "Caused by: java.sql.SQLTransactionRollbackException: deadlock detected",
  "\tat shop.persistence.Ledger.update(Ledger.java:91)",
  "\t... 14 more",
] as const;

/** Every so many slots a burst begins: the lines of a stack trace, one slot each. */
const burst = (slot: number, every: number, lines: readonly string[]): string | undefined => lines[slot % every];

/** A Spring service; now and then an exception with its cause. */
export const springService = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [
    "  :: Inventory Service ::  (v4.2.0)",
    "Started InventoryApplication in 6.204 seconds (process running for 7.031)",
  ],
  line: (place): DemoLine => {
    const { seed, slot, tsNs } = place;
    const head = isoTime(tsNs).replace("Z", "+00:00");
    const traced = burst(slot, 160, ["", ...JAVA_TRACE]);
    if (traced === "") {
      return {
        text: `${head} ERROR 1 --- [nio-8080-exec-${slot % 9}] s.orders.OrderController : Order could not be placed`,
      };
    }
    if (traced !== undefined) return { text: traced, joins: true };
    const level = noise(seed + 4, slot) < 0.06 ? " WARN" : " INFO";
    const what =
      level === " WARN"
        ? `HikariPool-1 - Connection is not available, waited ${noiseInt(seed + 5, slot, 200, 2900)}ms`
        : `Reserved ${noiseInt(seed + 5, slot, 1, 9)} items for order ${requestId(place)}`;
    return { text: `${head} ${level} 1 --- [nio-8080-exec-${slot % 9}] s.inventory.ReservationService : ${what}` };
  },
});

const PYTHON_TRACE = [
  "Traceback (most recent call last):",
  '  File "/app/worker/tasks.py", line 88, in run',
  "    result = self.handler(payload)",
  '  File "/app/worker/thumbnails.py", line 41, in resize',
  "    image = Image.open(BytesIO(blob))",
  "PIL.UnidentifiedImageError: cannot identify image file <_io.BytesIO object at 0x7f1c2a6b9d50>",
] as const;

/** A Python task queue; everything goes to stderr, as Python's logging does. */
export const pythonTasks = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ["[INFO/MainProcess] connected to redis://redis:6379/0", "[INFO/MainProcess] worker ready."],
  line: (place): DemoLine => {
    const { seed, slot, tsNs } = place;
    const head = `[${isoTime(tsNs).slice(0, 23).replace("T", " ").replace(".", ",")}:`;
    const traced = burst(slot, 90, ["", ...PYTHON_TRACE]);
    if (traced === "") {
      return {
        stream: "stderr",
        text: `${head} ERROR/ForkPoolWorker-2] Task thumbnails.resize[${requestId(place)}] raised unexpected`,
      };
    }
    if (traced !== undefined) return { stream: "stderr", text: traced, joins: true };
    const task = noisePick(seed + 4, slot, ["thumbnails.resize", "mail.send", "search.index"]);
    return {
      stream: "stderr",
      text: `${head} INFO/ForkPoolWorker-${(slot % 4) + 1}] Task ${task}[${requestId(place)}] succeeded in ${milliseconds(seed, slot) / 1000}s: None`,
    };
  },
});

/** A service that cannot reach what it needs, and ends again and again. */
export const crashLoop = (): DemoProgram => ({
  intervalMs: 900,
  boot: ["importer 0.9.2 starting", "connecting to amqp://broker:5672"],
  line: ({ slot }) => ({ text: `waiting for the broker (attempt ${(slot % 5) + 1} of 5)` }),
  crash: {
    afterMs: 4000,
    exitCode: 1,
    lastWords: [
      "Error: connect ECONNREFUSED 172.19.0.7:5672",
      "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1615:16)",
      "    at async connect (file:///app/broker.js:31:10)",
      "    at async file:///app/main.js:12:16 {",
      "  errno: -111,",
      "  code: 'ECONNREFUSED',",
      "  syscall: 'connect'",
      "}",
    ],
  },
});

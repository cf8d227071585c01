import { LEVEL_NAMES, type LevelName, levelName } from "@yardarm/protocol/log/level";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detectLevel } from "./level-detector.ts";

const detect = (line: string): LevelName => {
  // In the middle of a buffer whose other bytes would change the result if they were looked at.
  const bytes = Buffer.from(`ERROR ${line}: ERROR "level":"fatal"`);
  return levelName(detectLevel(bytes, 6, bytes.length - ': ERROR "level":"fatal"'.length));
};

/** Lines of the field by the level that a reader would give them. */
const FORMATS: Readonly<Record<LevelName, readonly string[]>> = {
  trace: [
    "2026-01-02T03:04:05.678Z TRACE app::io: polled",
    "[03:04:05 VRB] verbose of Serilog",
    "trce: Microsoft.Hosting.Lifetime[0]",
    "FINEST: entering method",
    '{"level":10,"time":1767323045000,"msg":"pino"}',
    '{"SeverityNumber":1,"Body":"otel"}',
  ],
  debug: [
    "time=2026-01-02T03:04:05Z lvl=dbg msg=x",
    "DEBUG:asyncio:Using selector: EpollSelector",
    "dbug: Microsoft.AspNetCore.Server.Kestrel[39]",
    "<7>kernel says hello",
    '{"t":{"$date":"2026-01-02T03:04:05.678+00:00"},"s":"D1","c":"NETWORK","msg":"mongo"}',
    "1:M 02 Jan 2026 03:04:05.678 - DB 0: 1 keys",
  ],
  info: [
    "INFO ready",
    "INFO:     Started server process [1]",
    'INFO:     127.0.0.1:5000 - "GET / HTTP/1.1" 500 Internal Server Error',
    "info: Microsoft.Hosting.Lifetime[14]",
    "[info] 7#7: using the epoll event method",
    "2026/01/02 03:04:05 [notice] 1#1: start worker processes",
    "[2026-01-02 03:04:05 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000 (7)",
    "[2026-01-02T03:04:05,678][INFO ][o.e.n.Node               ] [node-1] started",
    "[2026-01-02T03:04:05Z INFO  my_crate::module] started",
    "[2026-01-02 03:04:05,678: INFO/MainProcess] celery@host ready.",
    "[03:04:05.678] \u001b[32mINFO\u001b[39m (42): pino pretty",
    "\u001b[36mINFO\u001b[0m[0001] logrus on a terminal",
    "3:04AM \u001b[32mINF\u001b[0m zerolog console",
    "\u001b[32minfo\u001b[39m: winston colours",
    "2026-01-02T03:04:05.678Z\tinfo\tmain.go:12\tzap console",
    "2026-01-02T03:04:05.678Z\tINFO\tcontroller-runtime.metrics\tServing",
    "2026-01-02 03:04:05.678  INFO 1 --- [           main] c.e.demo.DemoApplication : Started",
    "2026-01-02 03:04:05 - myapp.module - INFO - ready",
    "2026-01-02 03:04:05 | info | ready",
    "02-Jan-2026 03:04:05.678 INFO [main] org.apache.catalina.startup.Catalina.start Server startup",
    "2026-01-02T03:04:05.678Z [INFO]  agent: consul",
    "2026-01-02 03:04:05.678 UTC [1] LOG:  database system is ready to accept connections",
    "[Nest] 7  - 01/02/2026, 3:04:05 AM     LOG [NestApplication] started",
    "2026-01-02T03:04:05.678901Z 0 [Note] InnoDB: Buffer pool(s) load completed",
    "2026-01-02T03:04:05.678901Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready",
    "1:M 02 Jan 2026 03:04:05.678 * Ready to accept connections",
    "I0102 03:04:05.678901       1 main.go:12] klog",
    "I20260102 03:04:05.678901  7 main.cc:12] glog",
    "<14>1 2026-01-02T03:04:05Z host app - - - syslog",
    'time="2026-01-02T03:04:05Z" level=info msg="logfmt with level=error inside"',
    'ts=2026-01-02T03:04:05Z caller=main.go:12 level=INFO+2 msg="slog between levels"',
    "web_1  | INFO ready",
    'Jan  2 03:04:05 host dockerd[12]: time="2026-01-02T03:04:05Z" level=info msg="in syslog"',
    "I, [2026-01-02T03:04:05.678901 #7]  INFO -- : ruby logger",
    '{"level":"info","msg":"an ERROR in the text"}',
    '{"msg":"level key last","nested":{"level":"error"},"list":[{"level":"fatal"}],"level":"info"}',
    '{"@t":"2026-01-02T03:04:05Z","@mt":"compact Serilog leaves Information out"}',
    '{"log.level":"info","message":"ecs"}',
    '{"@timestamp":"2026-01-02T03:04:05Z","log":{"logger":"x","level":"INFO"}}',
    '{"text":"x","record":{"elapsed":{"repr":"1"},"level":{"icon":"i","name":"INFO","no":20}}}',
    '{"PRIORITY":"6","MESSAGE":"journald"}',
    '{"severityNumber": 9, "body": "otel"}',
    '{"LogLevel":"Information","Message":"dotnet"}',
    '{"level":30,"msg":"pino"}',
    '{"s":"I","c":"NETWORK","msg":"mongo"}',
    '2026-01-02T03:04:05Z {"level":"info","msg":"a stamp before JSON"}',
    '172.17.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8"',
    '172.17.0.1 - frank [02/Jan/2026:03:04:05 +0000] "GET /error?level=error HTTP/1.1" 304 0',
    "GET /health 200 1.234 ms - 15",
    "npm notice created a lockfile",
    "HTTP: INFO: ready",
    "[mpm_event:notice] [pid 1:tid 1] AH00489: resuming normal operations",
    "[Fri Jan 02 03:04:05.678901 2026] [core:info] [pid 7] AH00094",
  ],
  warn: [
    "WARN  something",
    "WARNING: This is a development server.",
    "warn: Microsoft.AspNetCore.DataProtection[60]",
    "npm WARN deprecated har-validator@5.1.5",
    "npm warn deprecated rimraf@3.0.2",
    "PHP Warning:  Undefined variable $x in /app/index.php on line 3",
    "1:M 02 Jan 2026 03:04:05.678 # WARNING overcommit_memory is set to 0!",
    "W0102 03:04:05.678901       1 reflector.go:324] klog",
    "<4>message",
    "2026-01-02T03:04:05.678901Z 0 [Warning] [MY-010068] [Server] CA certificate is self signed.",
    "[2026-01-02 03:04:05] production.WARNING: slow query",
    '{"severity":"WARNING","message":"gcp"}',
    '{"@l":"Warning","@mt":"serilog"}',
    "level=warn component=x",
    '10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET /x HTTP/1.1" 404 153 "-" "-"',
    '10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "-" 408 0 "-" "-"',
    "\u001b[0mGET /missing \u001b[33m404\u001b[0m 1.2 ms - 9\u001b[0m",
  ],
  error: [
    'ERROR: relation "users" does not exist',
    "2026-01-02 03:04:05.678 UTC [42] app@db ERROR:  duplicate key value",
    "2026/01/02 03:04:05 [error] 29#29: *1 open() failed",
    "Error: listen EADDRINUSE: address already in use",
    "error: unknown option",
    "fail: Microsoft.AspNetCore.Server.Kestrel[13]",
    "npm ERR! code ELIFECYCLE",
    "E0102 03:04:05.678901       1 main.go:12] klog",
    "<11>app: failed",
    "SEVERE: Servlet.service() threw exception",
    "[2026-01-02 03:04:05] local.ERROR: Undefined array key",
    "E, [2026-01-02T03:04:05.678901 #7] ERROR -- : ruby logger",
    "ERROR:root:python logging",
    "app.worker:ERROR: named before",
    'ts=1 level=error msg="x"',
    'time="2026-01-02T03:04:05Z" msg="level comes last, \\"quoted\\"" level=error',
    "lvl=eror t=1 level=error",
    '{"levelname":"ERROR","message":"python"}',
    '{"level": 50, "msg": "pino"}',
    '{"time":"x","level":"error","msg":"unfinished',
    '{"a":"\\"level\\":\\"info\\"","level":"error"}',
    'prefix_1 | {"level":"error"}',
    '10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "POST /x HTTP/2.0" 502 153',
    "Jan  2 03:04:05 Host sshd[12]: error: Received disconnect",
  ],
  fatal: [
    "FATAL: password authentication failed",
    "panic: runtime error: index out of range [3] with length 3",
    "fatal: not a git repository",
    "fatal error: all goroutines are asleep - deadlock!",
    "PHP Fatal error:  Uncaught Exception",
    "nginx: [emerg] bind() to 0.0.0.0:80 failed",
    "[ALERT] 001/030405 (1) : haproxy",
    "F0102 03:04:05.678901       1 main.go:12] klog",
    "<2>critical",
    "crit: Program[0]",
    "CRITICAL:root:python",
    "[03:04:05 FTL] serilog",
    '{"level":"fatal"}',
    '{"level":60}',
    '{"severity":"EMERGENCY"}',
  ],
  unknown: [
    "",
    "   ",
    "hello world",
    "Received ERROR from upstream",
    "received ERROR from upstream",
    "The following tests failed: ERROR",
    "Listening on port 3000 with error handler",
    "error handler registered",
    "Error handling is on",
    "0 errors, 0 warnings",
    "user set level=debug for all",
    "logrotate: ALERT exited abnormally with [1]",
    "ERRORS: none",
    "INFORMATION_SCHEMA is there",
    "ERROR_CODE=5",
    "errors.Error: wrapped",
    "std::error::Error",
    "FAIL: TestSomething (0.00s)",
    "GET /index.html",
    "GET /x 2000 things",
    '"quoted ERROR text"',
    "{not json ERROR}",
    '{"msg":"no level"}',
    '{"level":""}',
    '{"level":"loud"}',
    '{"level":5}',
    '{"level":300}',
    '{"level":{"name":"x"}}',
    '{"s":"Error in something"}',
    '{"list":[{"level":"error"}]}',
    "<999>not a priority",
    "<5",
    "[main] starting",
    "[ERROR-HANDLER] registered",
    "I0102 is a word",
    "=> Booting Puma",
    "\u001b[31m",
    "\u001b",
    "❌ failed",
    "Jan  2 03:04:05 LabSZ sshd[24200]: Failed password for invalid user webmaster",
    "Jan  2 03:04:05 ERROR sshd[24200]: Failed password on a host of that name",
    'level= msg="nothing"',
    "12:00",
  ],
};

describe("[LOGS-13] level of a line", () => {
  const cases = Object.entries(FORMATS).flatMap(([level, lines]) => lines.map((line) => [level, line] as const));

  test.each(cases)("%s: %s", (level, line) => {
    expect(detect(line)).toBe(level);
  });

  test("any bytes, of any length, at the very end of their buffer, give a level", () => {
    const fragments = fc.constantFrom(
      ...cases.map(([, line]) => Buffer.from(line)),
      Buffer.from("="),
      Buffer.from('{"'),
      Buffer.from("["),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fragments, { maxLength: 4 }).map((parts) => Buffer.concat(parts)),
    );
    fc.assert(
      fc.property(bytes, fc.nat(100), (line, cut) => {
        const end = Math.max(0, line.length - cut);
        expect(LEVEL_NAMES[detectLevel(line.subarray(0, end), 0, end)]).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  test("the bytes behind the line are never read as part of it", () => {
    const pieces = cases.map(([, line]) => Buffer.from(line));
    fc.assert(
      fc.property(fc.constantFrom(...pieces), fc.constantFrom(...pieces), fc.nat(80), (line, behind, cut) => {
        const end = Math.max(0, line.length - cut);
        const alone = detectLevel(line.slice(0, end), 0, end);
        expect(detectLevel(Buffer.concat([line.subarray(0, end), behind]), 0, end)).toBe(alone);
      }),
      { numRuns: 3000 },
    );
  });

  test("a long line costs no more than its head: a level that stands 200 KB into it is not looked for", () => {
    for (const part of ["a ", "[", "{", "\u001b[", "k=v ", '"', "9", "-", "(("]) {
      const line = Buffer.from(`${part.repeat(200_000 / part.length)} ERROR level=error`);
      expect(detectLevel(line, 0, line.length), part).toBe(0);
    }
  });
});

import { levelName } from "@yardarm/protocol/log/level";
import { FLAG_CONTINUATION, FLAG_STDERR, FLAG_TRUNCATED, levelOfFlags } from "@yardarm/protocol/log/line-flags";
import { describe, expect, test } from "vitest";
import { LevelTracker } from "./continuation.ts";

/** Level names of the lines, `+` in front of those that continue the one before. */
const classify = (text: string, tracker = new LevelTracker()): string[] =>
  text.split("\n").map((line) => {
    const bytes = Buffer.from(`x${line}x`);
    const flags = tracker.classify(0, bytes, 1, bytes.length - 1);
    return `${(flags & FLAG_CONTINUATION) === 0 ? "" : "+"}${levelName(levelOfFlags(flags))}`;
  });
const carried = (count: number, level: string): string[] => Array.from({ length: count }, () => `+${level}`);

describe("[LOGS-13] lines that belong to the one before", () => {
  test("stack trace over many lines: Java, with causes and hidden frames", () => {
    const trace = [
      "2026-01-02 03:04:05 ERROR [main] c.e.App - request failed",
      "java.lang.IllegalStateException: closed",
      "\tat com.example.App.run(App.java:12)",
      "\tat com.example.App.main(App.java:3)",
      "Caused by: java.io.IOException: ERROR from peer",
      "\tat com.example.Net.read(Net.java:7)",
      "\t... 12 more",
      "\tSuppressed: java.io.IOException: INFO",
      "2026-01-02 03:04:06 INFO [main] c.e.App - next",
    ];
    expect(classify(trace.join("\n"))).toEqual(["error", ...carried(7, "error"), "info"]);
  });

  test("Java, uncaught", () => {
    expect(classify('Exception in thread "main" java.lang.RuntimeException: x\n\tat App.main(App.java:3)')).toEqual([
      "error",
      "+error",
    ]);
    expect(classify("java.lang.RuntimeException: x\n\tat App.main(App.java:3)")).toEqual(["error", "+error"]);
  });

  test("Python traceback: frames, source lines, the exception itself; also chained and below a log line", () => {
    const trace = [
      "Traceback (most recent call last):",
      '  File "/app/main.py", line 3, in <module>',
      "    raise ValueError('ERROR')",
      "django.db.utils.OperationalError: FATAL:  password authentication failed",
      "",
      "During handling of the above exception, another exception occurred:",
      "",
      "Traceback (most recent call last):",
      '  File "/app/main.py", line 5, in <module>',
      "KeyboardInterrupt",
      "ready",
    ];
    const expected = [
      "error",
      ...carried(3, "error"),
      "unknown",
      "+error",
      "unknown",
      ...carried(3, "error"),
      "unknown",
    ];
    expect(classify(trace.join("\n"))).toEqual(expected);
    expect(classify(`CRITICAL:root:died\n${trace.slice(0, 4).join("\n")}`)).toEqual(["fatal", ...carried(4, "fatal")]);
    expect(classify(`INFO:root:fine\n${trace.slice(0, 4).join("\n")}`)).toEqual([
      "info",
      "error",
      ...carried(3, "error"),
    ]);
  });

  test("Go panic with goroutines at the margin", () => {
    const trace = [
      "panic: runtime error: invalid memory address or nil pointer dereference",
      "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47]",
      "",
      "goroutine 1 [running]:",
      "main.(*Server).run(0x0)",
      "\t/app/main.go:12 +0x1d",
      "created by main.main in goroutine 1",
      "\t/app/main.go:3 +0x25",
      "exit status 2",
      "restarting",
    ];
    const expected = ["fatal", "+fatal", "unknown", ...carried(6, "fatal"), "unknown"];
    expect(classify(trace.join("\n"))).toEqual(expected);
  });

  test("Rust panic, its message on a line of its own", () => {
    const trace = [
      "thread 'main' panicked at src/main.rs:2:5:",
      "index out of bounds",
      "stack backtrace:",
      "   0: rust_begin_unwind",
      "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
    ];
    expect(classify(trace.join("\n"))).toEqual(["fatal", ...carried(4, "fatal")]);
    expect(classify("thread 'main' panicked at 'old style', src/main.rs:2:5\nready")).toEqual(["fatal", "unknown"]);
  });

  test("Node: an error with its frames and its printed fields", () => {
    const trace = ["TypeError: x is not a function", "    at run (/app/main.js:3:1) {", "  code: 'ERR',", "}", "ready"];
    expect(classify(trace.join("\n"))).toEqual(["error", ...carried(3, "error"), "unknown"]);
  });

  test("PHP: numbered frames", () => {
    const trace = [
      "PHP Fatal error:  Uncaught Exception: x in /app/a.php:3",
      "Stack trace:",
      "#0 /app/a.php(9): run()",
      "#1 {main}",
    ];
    expect(classify([...trace, "  thrown in /app/a.php on line 3"].join("\n"))).toEqual([
      "fatal",
      ...carried(4, "fatal"),
    ]);
    expect(classify("INFO x\n#1 issue")).toEqual(["info", "unknown"]);
  });

  test("wrapped messages: .NET's indented text, PostgreSQL's details", () => {
    expect(classify("warn: Program[0]\n      it is late\n      very late")).toEqual(["warn", "+warn", "+warn"]);
    const stamp = "2026-01-02 03:04:05.678 UTC [42]";
    const lines = [`${stamp} ERROR:  syntax error`, `${stamp} STATEMENT:  SELEC 1`, "\tFROM x", `${stamp} LOG:  next`];
    expect(classify(lines.join("\n"))).toEqual(["error", "+error", "+error", "info"]);
  });

  test("an indented line with a level of its own is a line of its own", () => {
    expect(classify("ERROR a\n  INFO b\n   more of b")).toEqual(["error", "info", "+info"]);
  });

  test("nothing to belong to: the first line, a single blank in front, blank lines", () => {
    expect(classify("    at nowhere (x.js:1)\n\tat y")).toEqual(["unknown", "+unknown"]);
    expect(classify("WARN a\n b\n\n   \n\tc")).toEqual(["warn", "unknown", "unknown", "unknown", "+unknown"]);
  });

  test("other flags stay; the rest of a long line carries its level; reset forgets", () => {
    const tracker = new LevelTracker();
    const line = Buffer.from("ERROR x");
    const flags = tracker.classify(FLAG_STDERR | FLAG_TRUNCATED, line, 0, line.length);
    expect([flags & FLAG_STDERR, flags & FLAG_TRUNCATED, levelOfFlags(flags)]).toEqual([
      FLAG_STDERR,
      FLAG_TRUNCATED,
      5,
    ]);
    const rest = Buffer.from("INFO in the middle");
    expect(levelOfFlags(tracker.classify(FLAG_CONTINUATION, rest, 0, rest.length))).toBe(5);
    tracker.reset();
    expect(classify("\tat x", tracker)).toEqual(["unknown"]);
  });
});

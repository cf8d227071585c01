import { ERROR, INFO, UNKNOWN, WARN } from "@yardarm/protocol/log/level";
import type { SampleLine } from "./log-samples.ts";
import type { LogProfile } from "./mock-log.ts";

/** What a hostile or merely unlucky container may write. None of it may run, lead astray or break the layout. */

const ESC = "\u001b";

const thousandColours = (): string =>
  Array.from({ length: 1_000 }, (_, index) => {
    const [red, green, blue] = [(index * 7) % 256, (index * 13) % 256, (index * 29) % 256];
    return `${ESC}[38;2;${red};${green};${blue}m${String.fromCharCode(97 + (index % 26))}`;
  }).join("");

const palette = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `${ESC}[48;5;${from + index}m ${from + index} `).join("");

const sixteen = (base: number, name: string): string =>
  Array.from({ length: 8 }, (_, index) => `${ESC}[${base + index}m${name}${index}${ESC}[0m `).join("");

export const HOSTILE_LINES: readonly Omit<SampleLine, "atMs">[] = [
  { text: '<img src=x onerror="document.title=1"><script>alert(1)</script>', level: ERROR },
  { text: `${ESC}]8;;javascript:alert(1)${ESC}\\click me${ESC}]8;;${ESC}\\ and javascript:alert(1)`, level: WARN },
  { text: `${ESC}]52;c;cm0gLXJmIH4=\u0007clipboard written?`, level: WARN },
  { text: `${ESC}]0;title stolen\u0007${ESC}[2J${ESC}[H${ESC}[1000Bscreen cleared?`, level: WARN },
  { text: "user=\u202egnp.exe\u202c admin=\u2066false\u2069 rtl", level: ERROR },
  { text: "nul:\u0000 bell:\u0007 backspace:\b\b\b escape:\u001b del:\u007f c1:\u0085 end", level: INFO },
  { text: "progress 10%\rprogress 50%\rprogress 100%\r", level: INFO },
  { text: `not utf-8: ${"ÿ".repeat(3)}`, level: INFO },
  { text: new Uint8Array([0xff, 0xfe, 0xc3, 0x28, 0x20, 0x6f, 0x6b]), level: UNKNOWN },
  { text: `combining: Z${"\u0351\u0308\u0327".repeat(30)}algo`, level: UNKNOWN },
  { text: "wide: 日本語のログ 한국어 🏴‍☠️👩‍👩‍👧‍👦 tab\tstop", level: INFO },
  { text: thousandColours(), level: INFO },
  { text: `${sixteen(30, "in")}${sixteen(90, "bright")}`, level: INFO },
  { text: `${sixteen(40, "on")}${sixteen(100, "light")}`, level: INFO },
  { text: palette(16, 18), level: INFO },
  {
    text: `${ESC}[1mbold ${ESC}[3mitalic ${ESC}[4munderline ${ESC}[9mstruck${ESC}[0m ${ESC}[7mreversed${ESC}[0m ${ESC}[2mdim${ESC}[0m`,
    level: INFO,
  },
  { text: "see https://example.com/a?b=c&d=(e). or http://127.0.0.1:8080/x, not ftp://x", level: INFO },
  { text: `https://example.com/${"\u202e"}moc.elpmaxe//:sptth`, level: WARN },
  { text: "x".repeat(200_000), level: INFO },
  { text: `{"level":"error","msg":"payment failed","order":4711,"nested":{"a":[1,2,3]}}`, level: ERROR },
  { text: "java.lang.IllegalStateException: no connection", level: ERROR },
  { text: "\tat com.example.Pool.take(Pool.java:214)", level: ERROR, isContinuation: true },
  { text: "\tat com.example.Main.main(Main.java:12)", level: ERROR, isContinuation: true },
  { text: "", level: UNKNOWN },
];

export const HOSTILE_LOG: LogProfile = {
  linesPerSecond: 0,
  linesBefore: HOSTILE_LINES.length,
  line: (seq) => HOSTILE_LINES[seq % HOSTILE_LINES.length] ?? { text: "" },
};

import { expect, test } from "vitest";
import { SHAPE_JSON, SHAPE_KLOG, SHAPE_LOGFMT } from "../../../workers/line-shape.ts";
import { fieldFragment } from "./field-fragment.ts";

const JSON_LINE = '{"level":30,"pid":1,"reqId":"1f9","http":{"status": 404},"url":"/a?b=(c)","ok":true,"n":12}';
const json = (path: string, value: Parameters<typeof fieldFragment>[3]): string =>
  fieldFragment(JSON_LINE, SHAPE_JSON, path, value);

test("[LOGS-05] a field of a JSON line is what the line says of it, and not the beginning of a longer number", () => {
  expect(json("pid", 1)).toBe('"pid":1,');
  expect(json("n", 12)).toBe('"n":12}');
  expect(json("reqId", "1f9")).toBe('"reqId":"1f9"');
  expect(json("http.status", 404)).toBe('"status": 404}');
  expect(json("url", "/a?b=(c)")).toBe('"url":"/a?b=(c)"');
  expect(json("ok", true)).toBe('"ok":true,');
});

test("[LOGS-05] a pair of a logfmt or klog line ends where the next one begins", () => {
  const logfmt = 'level=warn msg="job done" mail_id=7 id=7 queue=mail took=31ms';
  expect(fieldFragment(logfmt, SHAPE_LOGFMT, "id", "7")).toBe("id=7 ");
  expect(fieldFragment(logfmt, SHAPE_LOGFMT, "queue", "mail")).toBe("queue=mail ");
  expect(fieldFragment(logfmt, SHAPE_LOGFMT, "took", "31ms")).toBe("took=31ms");
  const klog = 'I1122 05:00:40.000001       1 main.go:12] "synced" pod="kube-system/dns" rev=4';
  expect(fieldFragment(klog, SHAPE_KLOG, "pod", "kube-system/dns")).toBe('pod="kube-system/dns"');
});

test("[LOGS-05] what the line does not say in one piece is looked for as it is", () => {
  expect(json("gone", "x")).toBe("x");
  expect(fieldFragment(JSON_LINE, SHAPE_JSON, undefined, "ready")).toBe("ready");
  expect(fieldFragment('{"a":"\\u00e9t\\u00e9"}', SHAPE_JSON, "a", "été")).toBe("été");
});

import { noise, noiseInt, noisePick } from "../noise.ts";
import type { DemoProgram } from "./demo-line.ts";

/** Programs that answer HTTP: access logs in the formats people meet. Addresses are from the documentation ranges. */

const PATHS = [
  "/",
  "/",
  "/products",
  "/products/4711",
  "/cart",
  "/checkout",
  "/api/v1/orders",
  "/api/v1/session",
  "/search?q=lamp",
  "/assets/app-5f2c1e.js",
  "/assets/app-5f2c1e.css",
  "/favicon.ico",
  "/healthz",
] as const;
const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
  "curl/8.9.1",
  "kube-probe/1.33",
] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

const clientOf = (seed: number, slot: number): string =>
  noise(seed + 1, slot) < 0.5
    ? `203.0.113.${noiseInt(seed + 2, slot, 2, 250)}`
    : `198.51.100.${noiseInt(seed + 2, slot, 2, 250)}`;

export const httpStatus = (seed: number, slot: number): number => {
  const draw = noise(seed + 3, slot);
  if (draw < 0.86) return 200;
  if (draw < 0.92) return 304;
  if (draw < 0.95) return 302;
  if (draw < 0.985) return 404;
  if (draw < 0.993) return 403;
  return draw < 0.997 ? 502 : 500;
};

/** `21/Nov/2026:11:37:29 +0000`, as in a common log. */
const commonTime = (tsNs: bigint): string => {
  const date = new Date(Number(tsNs / 1_000_000n));
  const month = MONTHS[date.getUTCMonth()] ?? "";
  return `${date.toISOString().slice(8, 10)}/${month}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
};

export const isoTime = (tsNs: bigint): string => new Date(Number(tsNs / 1_000_000n)).toISOString();

/** nginx's combined log, with its own error lines on stderr for upstreams that do not answer. */
export const nginx = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [
    "/docker-entrypoint.sh: Configuration complete; ready for start up",
    'nginx/1.29.3: using the "epoll" event method',
    "start worker processes",
  ],
  line: ({ seed, slot, tsNs }) => {
    const status = httpStatus(seed, slot);
    const path = noisePick(seed + 4, slot, PATHS);
    const client = clientOf(seed, slot);
    if (status === 502) {
      const time = isoTime(tsNs).slice(0, 19).replace("T", " ").replaceAll("-", "/");
      return {
        stream: "stderr",
        text: `${time} [error] 29#29: *${slot % 100_000} upstream timed out (110: Operation timed out) while reading response header from upstream, client: ${client}, request: "GET ${path} HTTP/1.1", upstream: "http://172.18.0.5:3000${path}"`,
      };
    }
    const bytes = status === 304 ? 0 : noiseInt(seed + 5, slot, 180, 48_000);
    const agent = noisePick(seed + 6, slot, AGENTS);
    return { text: `${client} - - [${commonTime(tsNs)}] "GET ${path} HTTP/1.1" ${status} ${bytes} "-" "${agent}"` };
  },
});

/** A reverse proxy that logs each request as one JSON object. */
export const proxy = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [
    '{"level":"info","msg":"Configuration loaded","providers":["docker"]}',
    '{"level":"info","msg":"Starting server","entryPoint":"websecure"}',
  ],
  line: ({ seed, slot, tsNs }) => {
    const status = httpStatus(seed, slot);
    return {
      text: JSON.stringify({
        time: isoTime(tsNs),
        level: status >= 500 ? "error" : status >= 400 ? "warn" : "info",
        router: noisePick(seed + 5, slot, ["shop@docker", "blog@docker", "git@docker"]),
        client: clientOf(seed, slot),
        method: noise(seed + 8, slot) < 0.85 ? "GET" : "POST",
        path: noisePick(seed + 4, slot, PATHS),
        status,
        duration_ms: (Math.round(noise(seed + 6, slot) ** 3 * 900) + 12) / 10,
        msg: "access",
      }),
    };
  },
});

const STATIC_FILES = [
  "index.html",
  "posts/2026/backups-that-restore.html",
  "feed.xml",
  "img/header.webp",
  "wp-login.php",
  "xmlrpc.php",
] as const;

/** Apache in front of a blog: the usual strangers knock for wp-login. */
export const apache = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [
    "AH00094: Command line: 'apache2 -D FOREGROUND'",
    "AH00489: Apache/2.4.65 (Debian) PHP/8.4.14 configured -- resuming normal operations",
  ],
  line: ({ seed, slot, tsNs }) => {
    const file = noisePick(seed + 4, slot, STATIC_FILES);
    const isStranger = file.endsWith(".php");
    const status = isStranger ? 403 : httpStatus(seed, slot);
    return {
      text: `${clientOf(seed, slot)} - - [${commonTime(tsNs)}] "${isStranger ? "POST" : "GET"} /${file} HTTP/2.0" ${status} ${noiseInt(seed + 5, slot, 300, 90_000)}`,
    };
  },
});

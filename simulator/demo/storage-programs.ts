import { noise, noiseInt, noisePick } from "../noise.ts";
import type { DemoLine, DemoProgram } from "./demo-line.ts";
import { isoTime } from "./web-programs.ts";

/** Databases and stores, in the voice of the originals. */

const postgresTime = (tsNs: bigint): string => `${isoTime(tsNs).slice(0, 23).replace("T", " ")} UTC`;

export const postgres = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [
    "PostgreSQL Database directory appears to contain a database; Skipping initialization",
    'LOG:  listening on IPv4 address "0.0.0.0", port 5432',
    "LOG:  database system is ready to accept connections",
  ],
  line: ({ seed, slot, tsNs }): DemoLine => {
    const head = `${postgresTime(tsNs)} [${noiseInt(seed + 1, slot, 60, 400)}]`;
    const step = slot % 24;
    if (step === 0)
      return {
        stream: "stderr",
        text: `${head} ERROR:  duplicate key value violates unique constraint "orders_idempotency_key"`,
      };
    if (step === 1)
      return {
        stream: "stderr",
        joins: true,
        text: `${head} DETAIL:  Key (idempotency_key)=(${noiseInt(seed + 2, slot, 10_000, 99_999)}) already exists.`,
      };
    if (step === 2)
      return {
        stream: "stderr",
        joins: true,
        text: `${head} STATEMENT:  INSERT INTO orders (customer_id, idempotency_key) VALUES ($1, $2)`,
      };
    if (step === 12) return { stream: "stderr", text: `${head} LOG:  checkpoint starting: time` };
    if (step === 13) {
      const buffers = noiseInt(seed + 2, slot, 200, 4000);
      return {
        stream: "stderr",
        text: `${head} LOG:  checkpoint complete: wrote ${buffers} buffers (${(buffers / 163.84).toFixed(1)}%); sync=0.012 s, total=${noiseInt(seed + 3, slot, 8, 90)}.${noiseInt(seed + 4, slot, 100, 999)} s`,
      };
    }
    return {
      stream: "stderr",
      text: `${head} LOG:  duration: ${noiseInt(seed + 3, slot, 250, 2400)}.${noiseInt(seed + 4, slot, 100, 999)} ms  statement: SELECT * FROM orders WHERE customer_id = ${noiseInt(seed + 5, slot, 1, 90_000)} ORDER BY created_at DESC`,
    };
  },
});

const REDIS_EVENTS = [
  "* 100 changes in 300 seconds. Saving...",
  "* Background saving started by pid 214",
  "* DB saved on disk",
  "* Background saving terminated with success",
  "* Fork CoW for RDB: current 1 MB, peak 1 MB, average 0 MB",
] as const;

export const redis = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ["* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "* Ready to accept connections tcp"],
  line: ({ slot, tsNs }) => ({
    text: `1:M ${new Date(Number(tsNs / 1_000_000n)).toUTCString().slice(5, 25)} ${REDIS_EVENTS[slot % REDIS_EVENTS.length] ?? ""}`,
    joins: slot % REDIS_EVENTS.length !== 0,
  }),
});

/** A search index: JSON with dotted keys, and a garbage collector that makes itself heard. */
export const searchIndex = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ['{"log.level":"INFO","message":"started","cluster.name":"shop"}'],
  line: ({ seed, slot, tsNs }) => {
    const isSlow = noise(seed + 4, slot) < 0.07;
    return {
      text: JSON.stringify({
        "@timestamp": isoTime(tsNs),
        "log.level": isSlow ? "WARN" : "INFO",
        message: isSlow
          ? `[gc][${slot % 100_000}] overhead, spent [${noiseInt(seed + 5, slot, 300, 900)}ms] collecting in the last [1s]`
          : noisePick(seed + 6, slot, [
              "[products][0] refreshed",
              "[orders][2] merged segments",
              "[products] update_mapping",
            ]),
        "process.thread.name": `elasticsearch[data-1][generic][T#${slot % 7}]`,
      }),
    };
  },
});

export const objectStore = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ["Object storage server", "API: http://172.20.0.4:9000", "Status: 4 Online, 0 Offline."],
  line: ({ seed, slot, tsNs }) => ({
    text: `${isoTime(tsNs)} ${noisePick(seed + 4, slot, ["s3.PutObject", "s3.GetObject", "s3.GetObject", "s3.ListObjectsV2"])} bucket=invoices object=2026/${noiseInt(seed + 5, slot, 1000, 9999)}.pdf status=200 ttfb=${noiseInt(seed + 6, slot, 1, 40)}ms`,
  }),
});

/** A nightly backup; its last words explain why it is no more. */
export const backup = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ["open repository", "lock repository", "using parent snapshot 4f1c09ab"],
  line: ({ seed, slot }) => ({
    text: `scan /data/volumes: ${noiseInt(seed, slot, 1000, 9000)} files, ${noiseInt(seed + 1, slot, 10, 900)} MiB added, ${slot % 100}% done`,
  }),
});

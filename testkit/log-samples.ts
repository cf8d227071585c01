import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Programs of which `log-samples/` holds a real log of about 2,000 lines; origin and licence are there. */
export const LOG_SAMPLES = ["Apache", "HDFS", "Hadoop", "Linux", "OpenSSH", "OpenStack", "Spark", "Zookeeper"] as const;
export type LogSample = (typeof LOG_SAMPLES)[number];

/** The sample's lines, without their ends. */
export const readLogSample = (name: LogSample): readonly string[] => {
  const text = gunzipSync(readFileSync(new URL(`./log-samples/${name}.log.gz`, import.meta.url))).toString("utf8");
  return text.split(/\r?\n/).filter((line) => line !== "");
};

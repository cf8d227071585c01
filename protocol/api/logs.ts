import { z } from "zod";
import type { ContainerId, HostId, ProjectId, WorkloadId } from "../ids.ts";
import { MAX_TAIL_LINES } from "../limits.ts";
import { LEVEL_NAMES, type LevelMask, maskOfLevels, parseLevelName } from "../log/level.ts";
import { STREAM_NAMES } from "../log/line-flags.ts";
import { idSchema, seqSchema, tsNsSchema } from "../schema.ts";
import { ndjsonLineSchema } from "./log-line.ts";
import { timeBoundSchema } from "./time-bound.ts";

/** Reading of stored logs over HTTP. Queries are text as in an address; the schemas turn them into what the hub works with. */

/** Longest `q`, characters. */
export const LOG_QUERY_CHARACTERS = 1_000;
/** Containers that one search or download may name. */
export const SEARCH_CONTAINERS = 200;
/** Containers whose lines one file takes. */
export const DOWNLOAD_CONTAINERS = 200;
const SEARCH_LIMIT = 1_000;
const HISTOGRAM_BUCKETS = 500;
/** Lines on each side of a line. */
const CONTEXT_LINES = 500;
/** Bytes of a hit's message; the rest is in the log itself. */
export const HIT_MESSAGE_BYTES = 8 * 1024;

const flagSchema = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");

/** Comma-separated level names, `unknown` included, as a mask. */
const levelsSchema: z.ZodType<LevelMask, string> = z
  .string()
  .max(100)
  .transform((text, context) => {
    const levels = text.split(",").map((name) => parseLevelName(name.trim()));
    const known = levels.filter((level) => level !== undefined);
    if (known.length === levels.length) return maskOfLevels(known);
    context.addIssue({ code: "custom", message: `give levels such as warn,error out of ${LEVEL_NAMES.join(", ")}` });
    return z.NEVER;
  });

/** Comma-separated ids. */
const idsSchema = <Id extends ContainerId | HostId>() =>
  z
    .string()
    .max(16_384)
    .transform((text) => text.split(","))
    .pipe(z.array(idSchema<Id>()).min(1).max(SEARCH_CONTAINERS));

/** `workload`: every container of this name on this host, oldest first; a container is one generation of it. */
const scopeSchema = z.enum(["generation", "workload"]).default("generation");

const formatSchema = z.enum(["text", "ndjson"]).default("text");

/** Which lines: the same parameters wherever logs are read. */
const filter = {
  /** Inclusive. */
  since: timeBoundSchema.optional(),
  /** Exclusive. */
  until: timeBoundSchema.optional(),
  /** Text that a line holds; escape sequences in the line do not count. */
  q: z.string().min(1).max(LOG_QUERY_CHARACTERS).optional(),
  /** `q` is a regular expression in RE2's syntax. */
  regex: flagSchema.optional(),
  /** Capital letters matter in `q`. */
  case: flagSchema.optional(),
  level: levelsSchema.optional(),
  stream: z.enum(STREAM_NAMES).optional(),
};

const checkFilter = (
  query: { readonly since?: unknown; readonly until?: unknown; readonly q?: unknown; readonly regex?: unknown },
  context: z.RefinementCtx,
): void => {
  if (query.regex === true && query.q === undefined) {
    context.addIssue({ code: "custom", path: ["q"], message: "regex needs an expression in q" });
  }
};

export const logFilterSchema = z.strictObject(filter);
export type LogFilterQuery = z.infer<typeof logFilterSchema>;

// --- GET /api/containers/:containerId/logs ----------------------------------------------------------------------------

/** Without `since`, `until` and `tail`: the last 1,000 lines. `since` without `tail`: everything since. */
export const logsQuerySchema = z
  .strictObject({
    ...filter,
    /** The last n lines that pass the filter. */
    tail: z.coerce.number().int().min(0).max(MAX_TAIL_LINES).optional(),
    /** Go on with lines as they come. */
    follow: flagSchema.optional(),
    format: formatSchema,
    scope: scopeSchema,
    /** Answer with a file; `gzip`: compressed. */
    download: z.enum(["1", "gzip"]).optional(),
  })
  .superRefine((query, context) => {
    checkFilter(query, context);
    if (query.follow === true && (query.until !== undefined || query.download !== undefined)) {
      context.addIssue({
        code: "custom",
        path: ["follow"],
        message: "a log that goes on has no until and is no download",
      });
    }
  });
export type LogsQuery = z.infer<typeof logsQuerySchema>;
/** As it stands in an address. */
export type LogsQueryInput = z.input<typeof logsQuerySchema>;

// --- GET /api/logs/search ---------------------------------------------------------------------------------------------

/** Whose lines, where many logs are read. */
const selection = {
  /** Comma-separated, at most `SEARCH_CONTAINERS`; without it every container that one may see. */
  container: idsSchema<ContainerId>().optional(),
  host: idsSchema<HostId>().optional(),
  project: idSchema<ProjectId>().optional(),
  workload: idSchema<WorkloadId>().optional(),
  /** Name of a compose project. */
  compose: z.string().max(256).optional(),
  /** `name` or `name=value`. */
  label: z.string().max(1000).optional(),
};
const selectionSchema = z.strictObject(selection);
export type LogSelectionQuery = z.infer<typeof selectionSchema>;

export const logSearchQuerySchema = z
  .strictObject({
    ...filter,
    ...selection,
    limit: z.coerce.number().int().min(1).max(SEARCH_LIMIT).default(100),
    cursor: z.string().min(1).max(1024).optional(),
  })
  .superRefine(checkFilter);
export type LogSearchQuery = z.infer<typeof logSearchQuerySchema>;
export type LogSearchQueryInput = z.input<typeof logSearchQuerySchema>;

export const logHitSchema = z.object({
  containerId: idSchema<ContainerId>(),
  workloadId: idSchema<WorkloadId>(),
  seq: seqSchema,
  tsNs: tsNsSchema,
  stream: z.enum(STREAM_NAMES),
  level: z.enum(LEVEL_NAMES),
  /** Escape sequences included; cut at `HIT_MESSAGE_BYTES`. */
  message: z.string(),
  /** True when `message` is not the whole line. */
  truncated: z.exactOptional(z.literal(true)),
});
export type LogHit = z.infer<typeof logHitSchema>;

/**
 * How far an answer got. `limit`: the page is full. `budget`: two seconds or 1 GB of text were scanned; ask on with the cursor.
 * `end`: nothing older is stored.
 */
export const scanProgressSchema = z.object({
  /** Every line at or after this instant was looked at; `null`: nothing is stored. */
  scannedBackToNs: tsNsSchema.nullable(),
  isComplete: z.boolean(),
  /** Text that was decompressed and scanned for this answer. */
  bytesScanned: z.number().int().min(0),
  containersDone: z.number().int().min(0),
  containersTotal: z.number().int().min(0),
  hostsDone: z.number().int().min(0),
  hostsTotal: z.number().int().min(0),
  stoppedBy: z.enum(["limit", "budget", "end"]),
  /** Lines that are stored and cannot be read: their chunk is damaged. */
  unreadableLines: z.number().int().min(0),
  /** The lines at which this page was to go on are no longer stored; it went on at the oldest that are. */
  evictedMeanwhile: z.exactOptional(z.literal(true)),
});
export type ScanProgress = z.infer<typeof scanProgressSchema>;

/** What a hit's container is called, and where it is or was. */
export const hitContainerSchema = z.object({ name: z.string(), hostId: idSchema<HostId>(), hostName: z.string() });
export type HitContainer = z.infer<typeof hitContainerSchema>;

/** Newest first. */
export const logSearchResponseSchema = z.object({
  items: z.array(logHitSchema),
  /** Each container of `items` once, by its id; also one that no list shows any more. */
  containers: z.record(idSchema<ContainerId>(), hitContainerSchema),
  nextCursor: z.string().nullable(),
  progress: scanProgressSchema,
});
export type LogSearchResponse = z.infer<typeof logSearchResponseSchema>;

// --- GET /api/logs/download -------------------------------------------------------------------------------------------

/** Everything that is stored and passes, of at most `DOWNLOAD_CONTAINERS` containers that have lines between the bounds. */
export const logDownloadQuerySchema = z
  .strictObject({ ...filter, ...selection, format: formatSchema, gzip: flagSchema.optional() })
  .superRefine(checkFilter);
export type LogDownloadQuery = z.infer<typeof logDownloadQuerySchema>;
/** As it stands in an address. */
export type LogDownloadQueryInput = z.input<typeof logDownloadQuerySchema>;

/** What a file would hold; refused with the same reasons as the file. */
export const logDownloadPlanSchema = z.object({
  /** Containers that have stored lines between the bounds. */
  containers: z.number().int().min(0).max(DOWNLOAD_CONTAINERS),
  /** `null`: it takes the reading to know. */
  lines: z.number().int().min(0).nullable(),
});
export type LogDownloadPlan = z.infer<typeof logDownloadPlanSchema>;

// --- GET /api/containers/:containerId/logs/histogram ------------------------------------------------------------------

export const histogramQuerySchema = z
  .strictObject({ ...filter, buckets: z.coerce.number().int().min(1).max(HISTOGRAM_BUCKETS).default(60) })
  .superRefine(checkFilter);
export type HistogramQuery = z.infer<typeof histogramQuerySchema>;
export type HistogramQueryInput = z.input<typeof histogramQuerySchema>;

/** Equal buckets from `fromNs` (inclusive) to `toNs` (exclusive). Without `since` it begins with the oldest stored line. */
export const histogramResponseSchema = z.object({
  fromNs: tsNsSchema,
  toNs: tsNsSchema,
  bucketNs: tsNsSchema,
  /** Lines per level and bucket; a level without a line is missing. Buckets before `progress.scannedBackToNs` are not counted yet. */
  counts: z.partialRecord(z.enum(LEVEL_NAMES), z.array(z.number().int().min(0))),
  total: z.number().int().min(0),
  progress: scanProgressSchema,
});
export type HistogramResponse = z.infer<typeof histogramResponseSchema>;

// --- GET /api/containers/:containerId/logs/context, …/position, …/range -----------------------------------------------

const sideSchema = z.coerce.number().int().min(0).max(CONTEXT_LINES).default(20);

/** Lines around a line, ascending. */
export const contextQuerySchema = z.strictObject({
  seq: z.coerce.number().pipe(seqSchema),
  before: sideSchema,
  after: sideSchema,
});
export type ContextQueryInput = z.input<typeof contextQuerySchema>;

export const contextResponseSchema = z.object({
  containerId: idSchema<ContainerId>(),
  /** Empty where nothing around the line is stored any more. */
  items: z.array(ndjsonLineSchema),
});
export type ContextResponse = z.infer<typeof contextResponseSchema>;

/** `scope=workload` looks through every container of this name on this host: a permalink survives recreation. */
export const positionQuerySchema = z.strictObject({ ts: timeBoundSchema, scope: scopeSchema });
export type PositionQueryInput = z.input<typeof positionQuerySchema>;

/**
 * The first stored line at or after the instant; where there is none, the last one before it. `seq` and `tsNs` are `null` when
 * nothing is stored.
 */
export const positionResponseSchema = z.object({
  containerId: idSchema<ContainerId>(),
  seq: seqSchema.nullable(),
  tsNs: tsNsSchema.nullable(),
  /** False: the line lies before the instant, or what was before the line is no longer stored. */
  isExact: z.boolean(),
});
export type PositionResponse = z.infer<typeof positionResponseSchema>;

/** What took the lines before the oldest stored one; `null`: nothing did, or none are stored. */
const LOGS_SINCE_REASONS = ["age", "container_bytes", "org_bytes", "total_bytes", "free_disk"] as const;

/** What is stored of a container's log; all `null` when nothing is. */
export const logRangeSchema = z.object({
  containerId: idSchema<ContainerId>(),
  firstSeq: seqSchema.nullable(),
  lastSeq: seqSchema.nullable(),
  sinceNs: tsNsSchema.nullable(),
  untilNs: tsNsSchema.nullable(),
  reason: z.enum(LOGS_SINCE_REASONS).nullable(),
});
export type LogRange = z.infer<typeof logRangeSchema>;

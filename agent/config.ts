/** What the environment says. Every message of an error here is a sentence that says what to change. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type JoinToken, parseJoinToken } from "@yardarm/protocol/join-token";
import type { EngineEnvironment } from "./docker/endpoint.ts";
import { parseHubUrl } from "./hub-client/hub-url.ts";
import { LOG_LEVELS, type LogLevel } from "./logger.ts";
import { DEFAULT_LINES_PER_SECOND, DEFAULT_READERS } from "./logs/log-manager.ts";
import { type LogRate, logRateOf } from "./logs/numberer/rate-limit.ts";
import { POLICY_FILE, type PolicyPlace } from "./policy/policy-file.ts";

export type AgentConfig = {
  readonly hubUrl: URL;
  /** `null`: none was given, and the host must be enrolled already. */
  readonly joinToken: JoinToken | null;
  readonly stateDirectory: string;
  readonly logLevel: LogLevel;
  /** Of each container; `null`: as fast as they come. */
  readonly logRate: LogRate | null;
  /** Containers whose logs are read at the same time at most. */
  readonly logReaders: number;
  /** `api`: the engine's files are left alone, also where they could be read. */
  readonly logSource: "auto" | "api";
  readonly policy: PolicyPlace;
  /** `DOCKER_HOST` and what belongs to it. */
  readonly engine: EngineEnvironment;
};

const ROOT_UID = 0;

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws an `Error` with a sentence. A join token is read from the environment or a file, never from arguments. */
export const readConfig = (env: Environment): AgentConfig => {
  const address = env.AGENT_API_URL;
  if (!address) throw new Error("AGENT_API_URL is missing: set it to the hub's address, such as https://hub.example.");
  return {
    hubUrl: parseHubUrl(address, { allowInsecure: env.AGENT_ALLOW_INSECURE === "1" }),
    joinToken: readJoinToken(env),
    stateDirectory: env.AGENT_STATE_DIR || defaultStateDirectory(),
    logLevel: readLogLevel(env.AGENT_LOG_LEVEL || "info"),
    logRate: readLogRate(env.AGENT_LOG_RATE || String(DEFAULT_LINES_PER_SECOND)),
    logReaders: readLogReaders(env.AGENT_LOG_READERS || String(DEFAULT_READERS)),
    logSource: readLogSource(env.AGENT_LOG_SOURCE || "auto"),
    policy: {
      file: env.AGENT_POLICY_FILE || POLICY_FILE,
      isRequired: Boolean(env.AGENT_POLICY_FILE),
      ownerUid: ROOT_UID,
    },
    engine: env,
  };
};

const readLogSource = (text: string): AgentConfig["logSource"] => {
  if (text === "auto" || text === "api") return text;
  throw new Error(`AGENT_LOG_SOURCE "${text}" is neither "auto" nor "api".`);
};

const readJoinToken = (env: Environment): JoinToken | null => {
  const path = env.AGENT_TOKEN_FILE;
  const name = path ? "AGENT_TOKEN_FILE" : "AGENT_TOKEN";
  const text = path ? readTokenFile(path) : env.AGENT_TOKEN;
  if (!text) return null;
  const token = parseJoinToken(text);
  if (token === null) throw new Error(`${name} holds no join token: it begins with "yjt_" and must be copied whole.`);
  return token;
};

/** A file that is gone is no error: a spent token may be removed. */
const readTokenFile = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new Error(`AGENT_TOKEN_FILE ${path} cannot be read: check its owner and mode.`, { cause });
  }
};

const defaultStateDirectory = (): string =>
  process.getuid?.() === 0 ? "/var/lib/yardarm-agent" : join(homedir(), ".local/state/yardarm-agent");

const readLogLevel = (text: string): LogLevel => {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw new Error(`AGENT_LOG_LEVEL "${text}" is none of ${LOG_LEVELS.join(", ")}.`);
  return level;
};

const readLogRate = (text: string): LogRate | null => {
  const linesPerSecond = text === "off" ? 0 : wholeNumber(text);
  if (linesPerSecond === null || linesPerSecond > 10_000_000) {
    throw new Error(`AGENT_LOG_RATE "${text}" is no number of lines per second, such as 20000, and not "off".`);
  }
  return logRateOf(linesPerSecond);
};

const readLogReaders = (text: string): number => {
  const readers = wholeNumber(text);
  if (readers === null || readers < 1 || readers > 10_000) {
    throw new Error(`AGENT_LOG_READERS "${text}" is no number from 1 to 10000.`);
  }
  return readers;
};

const wholeNumber = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null);

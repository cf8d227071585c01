import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { StaticFiles } from "./http/static-files.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const WEB = path.join(ROOT, "web", "dist");
/** The agent as it is shipped: one file, which the hub serves to new hosts and starts for its own. */
export const AGENT_BUNDLE: string = path.join(ROOT, "deploy", "dist", "yardarm-agent.mjs");

export type WebFiles = {
  readonly files: StaticFiles;
  /** Of the agent's bundle; empty when it is not there. */
  readonly bundleSha256: string;
  /** What is wrong with the built files, as a sentence; the API works without them. `null`: all is there. */
  readonly problem: string | null;
};

/** Everything that the hub serves from files, and the checksum of the agent's bundle. */
export const loadWebFiles = async (web: string = WEB, agentBundle: string = AGENT_BUNDLE): Promise<WebFiles> => {
  const files = new StaticFiles();
  if (existsSync(web)) await files.addFolder(web, "/");
  await files.addFile(agentBundle, "/agent/yardarm-agent.mjs");
  const sumFile = `${agentBundle}.sha256`;
  await files.addFile(sumFile, "/agent/yardarm-agent.mjs.sha256");
  const [bundleSha256 = ""] = existsSync(sumFile) ? (await readFile(sumFile, "utf8")).split(/\s/) : [];
  return { files, bundleSha256, problem: await findProblem(web, files) };
};

const findProblem = async (web: string, files: StaticFiles): Promise<string | null> => {
  const advice = "Run npm run build.";
  if (!files.has("/index.html")) {
    return `The web pages are not built, so that browsers find nothing here: ${web} has no index.html. ${advice}`;
  }
  const missing = await missingParts(web, files);
  if (missing.length > 0) {
    return `The web pages are built in part, so that browsers stay empty: ${web} lacks ${missing[0]}${missing.length > 1 ? ` and ${missing.length - 1} more` : ""}. ${advice}`;
  }
  if (files.has("/agent/yardarm-agent.mjs")) return null;
  return `The agent's bundle is not built, so that no host can join by the command shown. ${advice}`;
};

/** Names in quotes that the bundler gave to parts of the pages. */
const PART = /["'`](?:\.\/|\/?assets\/)([\w.-]+\.(?:js|css))["'`]/g;

/** What index page and scripts refer to and is not there. */
const missingParts = async (web: string, files: StaticFiles): Promise<readonly string[]> => {
  const assets = path.join(web, "assets");
  const scripts = existsSync(assets) ? (await readdir(assets)).filter((name) => name.endsWith(".js")) : [];
  const sources = [path.join(web, "index.html"), ...scripts.map((name) => path.join(assets, name))];
  const missing = new Set<string>();
  for (const source of sources) {
    for (const [, name = ""] of (await readFile(source, "utf8")).matchAll(PART)) {
      if (!files.has(`/assets/${name}`)) missing.add(`assets/${name}`);
    }
  }
  return [...missing].toSorted();
};

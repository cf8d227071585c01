import { readFile } from "node:fs/promises";
import path from "node:path";
import { StaticFiles } from "./http/static-files.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const WEB = path.join(ROOT, "web", "dist");
/** The agent as it is shipped: one file, which the hub serves to new hosts and starts for its own. */
export const AGENT_BUNDLE: string = path.join(ROOT, "deploy", "dist", "yardarm-agent.mjs");

/** Everything that the hub serves from files, and the checksum of the agent's bundle. */
export const loadWebFiles = async (): Promise<{ readonly files: StaticFiles; readonly bundleSha256: string }> => {
  const files = new StaticFiles();
  await files.addFolder(WEB, "/");
  await files.addFile(AGENT_BUNDLE, "/agent/yardarm-agent.mjs");
  await files.addFile(`${AGENT_BUNDLE}.sha256`, "/agent/yardarm-agent.mjs.sha256");
  const [bundleSha256 = ""] = (await readFile(`${AGENT_BUNDLE}.sha256`, "utf8")).split(/\s/);
  return { files, bundleSha256 };
};

/** What has to be built before a bench can run the shipped programs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";

const repository = path.resolve(import.meta.dirname, "../..");

const runScript = async (file: string): Promise<void> => {
  const child = spawn(process.execPath, [path.join(repository, file)], { stdio: ["ignore", "ignore", "inherit"] });
  const [status] = (await once(child, "exit")) as [number | null];
  if (status !== 0) throw new Error(`${file} failed (${status}).`);
};

/** Bundles the agent from the sources as they are now; builds the web only where it is missing, for nothing here measures it. */
export const buildPrograms = async (): Promise<void> => {
  if (!existsSync(path.join(repository, "web/dist/index.html"))) await runScript("scripts/build.mjs");
  await runScript("deploy/bundle-agent.ts");
};

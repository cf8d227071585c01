/** Makes `dist/yardarm-agent.mjs`, the agent as it is shipped: one file that needs nothing but Node, and its checksum. */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import path from "node:path";
import { type Plugin, rolldown } from "rolldown";

export type AgentBundle = {
  readonly file: string;
  readonly checksumFile: string;
  /** Of the file, hex. */
  readonly sha256: string;
  /** What it imports at run time. */
  readonly imports: readonly string[];
  /** The source modules that went into it, relative to the repository. */
  readonly modules: readonly string[];
};

const repository = path.resolve(import.meta.dirname, "..");
const AGENT_BUNDLE_NAME = "yardarm-agent.mjs";

/**
 * An ES module's import of `node:http` reads every name that it exports, and one of them loads Node's whole `fetch`
 * (5 MB resident). The bundle takes the few names that it uses without touching the others.
 */
const LEAN = new Set(["node:http", "node:https"]);
const leanHttp: Plugin = {
  name: "lean-http",
  resolveId: (id) => (LEAN.has(id) ? `\0${id}` : null),
  load: (id) => {
    const name = /^\0(node:https?)$/.exec(id)?.[1];
    return name === undefined ? null : `export const { Agent, request } = process.getBuiltinModule("${name}");`;
  },
};

/** Bundles into `directory`. Throws when anything but `node:` would remain to be imported. */
export const bundleAgent = async (directory = path.join(import.meta.dirname, "dist")): Promise<AgentBundle> => {
  const file = path.join(directory, AGENT_BUNDLE_NAME);
  await using bundle = await rolldown({
    input: path.join(repository, "agent/main.ts"),
    platform: "node",
    plugins: [leanHttp],
    external: (id) => isBuiltin(id) && !LEAN.has(id),
    // `ws` looks for two native add-ons; without them it does the same in JavaScript.
    transform: { define: { "process.env.WS_NO_BUFFER_UTIL": '"1"', "process.env.WS_NO_UTF_8_VALIDATE": '"1"' } },
  });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false, banner: "#!/usr/bin/env node" });
  const [chunk] = output;
  const strangers = chunk.imports.filter((name) => !isBuiltin(name));
  if (strangers.length > 0) throw new Error(`The agent's bundle would need ${strangers.join(", ")} beside it.`);
  const sha256 = createHash("sha256").update(chunk.code).digest("hex");
  await mkdir(directory, { recursive: true });
  await writeFile(file, chunk.code, { mode: 0o755 });
  await writeFile(`${file}.sha256`, `${sha256}  ${AGENT_BUNDLE_NAME}\n`);
  return {
    file,
    checksumFile: `${file}.sha256`,
    sha256,
    imports: chunk.imports,
    modules: chunk.moduleIds.map((id) => path.relative(repository, id)),
  };
};

if (import.meta.main) {
  const { file, sha256 } = await bundleAgent();
  const bytes = (await readFile(file)).length;
  console.log(`${path.relative(process.cwd(), file)}: ${Math.round(bytes / 1024)} KiB, sha256 ${sha256}`);
}

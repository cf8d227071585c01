import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { IMPORT_TABLE, type ImportRow, TEST_IMPORTS } from "./import-table.ts";
import { findImports, listFiles, readSource, repositoryRoot, SOURCE_FILE, TEST_FILE } from "./testkit/source-tree.ts";

const FOLDERS_WITHOUT_IMPORTS = new Set([".ci", ".github"]);

type Target = { readonly kind: "ours"; readonly file: string } | { readonly kind: "package"; readonly name: string };

/** The row of a file: the longest folder that contains it; `agent/*` holds only what lies directly in `agent`. */
function rowOf(file: string, rows = IMPORT_TABLE): ImportRow | undefined {
  const directory = path.posix.dirname(file);
  const exact = directory === "." ? "*" : `${directory}/*`;
  return rows
    .filter(({ folder }) => folder === exact || file.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** `@yardarm/protocol/ids` → `protocol/ids.ts`; `./x.ts` → the file it means; anything else is a third-party package. */
function resolve(file: string, specifier: string): Target {
  if (specifier.startsWith(".")) {
    return { kind: "ours", file: path.posix.join(path.posix.dirname(file), specifier.replace(/\?.*$/, "")) };
  }
  const ours = /^@yardarm\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  if (ours) return { kind: "ours", file: `${ours[1]}/${ours[2] ?? "index"}.ts` };
  if (specifier.startsWith("node:")) return { kind: "package", name: "node:" };
  const parts = specifier.split("/");
  return { kind: "package", name: parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/") };
}

const packageOf = (file: string) => file.split("/")[0] ?? "";

/** Does one of these entries of the table cover the file? `agent/` covers the package, `agent/*` and `agent/docker` their own rows. */
function covers(entries: readonly string[], file: string): boolean {
  const folder = rowOf(file)?.folder;
  return entries.some((entry) => entry === folder || (entry.endsWith("/") && file.startsWith(entry)));
}

/** A sentence per import that the table does not allow. */
function findTrespasses(file: string, source: string): readonly string[] {
  const row = rowOf(file);
  if (!row)
    return [`${file} lies in a folder that import-table.ts does not know: add a row for it in the same commit.`];
  const isTest = TEST_FILE.test(file);
  const mayUse = isTest
    ? [...row.imports, ...(row.types ?? []), ...TEST_IMPORTS.imports, `${packageOf(file)}/`]
    : row.imports;
  const mayType = [...mayUse, ...(row.types ?? [])];
  const thirdParty = isTest ? [...row.thirdParty, ...TEST_IMPORTS.thirdParty] : row.thirdParty;
  return findImports(source).flatMap(({ specifier, typeOnly }) => {
    const target = resolve(file, specifier);
    const wrong = (reason: string) => [`${file} imports ${specifier}: ${reason}`];
    if (target.kind === "package") {
      if (thirdParty.includes(target.name)) return [];
      if (typeOnly && isTest) return [];
      return wrong(`${row.folder} may use of third parties only ${thirdParty.join(", ") || "nothing"}.`);
    }
    if (!isTest && TEST_FILE.test(target.file)) return wrong("a source never imports a test.");
    if (rowOf(target.file) === row) return [];
    if (isTest && packageOf(target.file) === packageOf(file)) return [];
    if (covers(typeOnly ? mayType : mayUse, target.file)) return [];
    if (!typeOnly && covers(mayType, target.file)) {
      return wrong(
        `${row.folder} knows ${rowOf(target.file)?.folder} as an interface only, so it must be "import type".`,
      );
    }
    return wrong(`${row.folder} may import only ${mayType.join(", ") || "nothing of ours"}.`);
  });
}

const sources = listFiles().filter((file) => SOURCE_FILE.test(file));

describe("the import table", () => {
  test("holds for every import of every package", () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap((file) => findTrespasses(file, readSource(file)))).toEqual([]);
  });

  test("knows every folder that holds anything", () => {
    const folders = new Set(
      listFiles()
        .map((file) => packageOf(file))
        .filter((name) => name.includes(".") === false),
    );
    const known = new Set(IMPORT_TABLE.map(({ folder }) => packageOf(folder)));
    const strangers = [...folders].filter((name) => {
      const isFolder = listFiles().some((file) => file.startsWith(`${name}/`));
      return isFolder && !known.has(name) && !FOLDERS_WITHOUT_IMPORTS.has(name);
    });
    expect(strangers, "folders without a row in import-table.ts").toEqual([]);
  });

  test("names only folders that it has a row for", () => {
    const rows = new Set(IMPORT_TABLE.map(({ folder }) => folder));
    const named = IMPORT_TABLE.flatMap(({ imports, types = [] }) => [...imports, ...types]);
    expect(named.filter((name) => !name.endsWith("/") && !rows.has(name))).toEqual([]);
  });

  test.each([
    [
      "agent/logs/numberer/follower.ts",
      'import { x } from "../../hub-client/connection.ts";',
      "agent/logs may import only",
    ],
    ["agent/docker/list.ts", 'import type { Hub } from "@yardarm/hub/main";', "agent/docker may import only"],
    ["agent/metrics/cpu.ts", 'import pidusage from "pidusage";', "agent/metrics may use of third parties only node:"],
    ["hub/auth/org/who.ts", 'import { open } from "../../storage/open.ts";', 'it must be "import type"'],
    ["hub/auth/org/who.ts", 'import type { Door } from "../sign-in/door.ts";', "hub/auth/org may import only"],
    ["hub/gateway/socket.ts", 'import type { Orgs } from "../auth/org/orgs.ts";', "hub/gateway may import only"],
    ["hub/relay/relay.ts", 'import type { Socket } from "../gateway/socket.ts";', "hub/relay may import only"],
    ["hub/http/route.ts", 'import {\n  send,\n} from "../gateway/send.ts";', "hub/http may import only"],
    [
      "hub/logs/query/search.ts",
      'import type { SqliteReader } from "../sqlite/reader.ts";',
      "hub/logs/query may import only",
    ],
    ["hub/logs/store.ts", `const x = await ${"import"}("../alerts/rules.ts");`, "hub/logs may import only"],
    ["protocol/ids.ts", 'export * from "@yardarm/agent/main";', "protocol may import only nothing of ours"],
    ["web/ui/Button.tsx", 'import { get } from "../api/client.ts";', "web/ui may import only web/format"],
    ["hub/bus/bus.ts", 'import { makeTempDir } from "@yardarm/testkit/temp-dir";', "hub/bus may import only"],
    ["hub/bus/bus.ts", 'import { busContract } from "./bus.contract.ts";', "a source never imports a test"],
    ["hub/plugins/x.ts", "", "does not know"],
    ["hub/auth/plugins/x.ts", "", "does not know"],
    ["toolbox/x.ts", "", "does not know"],
  ])("%s with «%s» is refused: %s", (file, source, sentence) => {
    expect(findTrespasses(file, source).join("\n")).toContain(sentence);
  });

  test.each([
    ["hub/auth/org/who.ts", 'import type { Storage } from "../../storage/storage.ts";'],
    ["hub/main.ts", 'import { openRelay } from "./relay/relay.ts";'],
    ["cli/up.ts", 'import { startHub } from "@yardarm/hub/main";'],
    ["agent/hub-client/socket.ts", 'import WebSocket from "ws";'],
    ["hub/http/app.test.ts", 'import { openSqlite } from "../storage/sqlite.ts";\nimport { test } from "vitest";'],
    ["hub/bus/bus.ts", '// import { x } from "../http/app.ts";'],
  ])("%s with «%s» is allowed", (file, source) => {
    expect(findTrespasses(file, source)).toEqual([]);
  });
});

/** Follows the imports that remain at run time from the given files; returns every third-party package they reach, with the way there. */
function reach(start: readonly string[]): ReadonlyMap<string, string> {
  const reached = new Map<string, string>();
  const seen = new Set<string>();
  const walk = (file: string, way: string) => {
    if (seen.has(file) || !existsSync(path.join(repositoryRoot, file))) return;
    seen.add(file);
    for (const { specifier, typeOnly } of findImports(readSource(file))) {
      if (typeOnly) continue;
      const target = resolve(file, specifier);
      if (target.kind === "ours") walk(target.file, `${way} → ${target.file}`);
      else if (!reached.has(target.name)) reached.set(target.name, `${way} → ${specifier}`);
    }
  };
  for (const file of start) walk(file, file);
  return reached;
}

test("the agent reaches no third-party package at run time but ws, not even through protocol", () => {
  const agent = sources.filter((file) => file.startsWith("agent/") && !TEST_FILE.test(file));
  const reached = reach(agent);
  const others = [...reached].filter(([name]) => name !== "ws" && name !== "node:").map(([, way]) => way);
  expect(others).toEqual([]);
});

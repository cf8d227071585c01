import { expect, test } from "vitest";
import { findImports, listFiles, readSource, SOURCE_FILE, TEST_FILE } from "./testkit/source-tree.ts";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readJson = (file: string): unknown => JSON.parse(readSource(file));
const lockfile = readJson("package-lock.json") as { readonly packages: Readonly<Record<string, Manifest>> };
const locked = Object.entries(lockfile.packages);
const installed = locked.filter(([where, { link }]) => where.includes("node_modules/") && !link);

const manifestFiles = listFiles().filter((file) => /^([^/]+\/)?package\.json$/.test(file));
const manifests = manifestFiles.map((file) => [file, readJson(file) as Manifest] as const);
const allDependencies = ({ dependencies, devDependencies, optionalDependencies }: Manifest) => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
});

test("exactly one package runs an install script: node, which fetches the platform's binary", () => {
  const withScript = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([where]) => where);
  expect(withScript).toEqual(["node_modules/node"]);
});

test("no package of ours runs a script on installation", () => {
  const hooks = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
  const found = manifests.filter(([, { scripts = {} }]) => hooks.some((hook) => hook in scripts));
  expect(found.map(([file]) => file)).toEqual([]);
});

test("the lockfile names no registry, so that it serves behind any", () => {
  const withAddress = locked.filter(([, { link, resolved }]) => !link && resolved !== undefined);
  expect(withAddress.map(([where]) => where)).toEqual([]);
});

test("the lockfile has a checksum for everything but tools' builds for other platforms", () => {
  expect(installed.length).toBeGreaterThan(50);
  const unchecked = installed.filter(([, { integrity }]) => !integrity);
  const isForeign = ({ os = ["linux"], cpu = [], libc = ["glibc"] }: Manifest) =>
    !os.includes("linux") || !libc.includes("glibc") || !["x64", "arm64"].some((processor) => cpu.includes(processor));
  expect(unchecked.filter(([, entry]) => !(entry.optional && isForeign(entry))).map(([where]) => where)).toEqual([]);
});

test("the lockfile has the builds of our tools for every platform, or npm ci would refuse it", () => {
  const names = new Set(
    locked.map(([where]) => where.slice(where.lastIndexOf("node_modules/") + "node_modules/".length)),
  );
  const optional = locked.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies));
  const missing = optional.filter((name) => !names.has(name));
  expect(missing, "run: node scripts/complete-lockfile.ts").toEqual([]);
});

test("every dependency is pinned to one exact version", () => {
  expect(manifests.length).toBeGreaterThan(10);
  const loose = manifests.flatMap(([file, manifest]) =>
    Object.entries(allDependencies(manifest))
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
      .map(([name, version]) => `${file}: ${name} ${version}`),
  );
  expect(loose).toEqual([]);
});

test("the lockfile agrees with every package.json", () => {
  for (const [file, manifest] of manifests) {
    const entry = lockfile.packages[file === "package.json" ? "" : file.replace("/package.json", "")];
    expect(allDependencies(entry ?? {}), file).toEqual(allDependencies(manifest));
  }
});

test("the agent depends on ws and our own protocol, and on nothing else at run time", () => {
  const agent = readJson("agent/package.json") as Manifest;
  expect(Object.keys(agent.dependencies ?? {}).sort()).toEqual(["@yardarm/protocol", "ws"]);
  expect(agent.optionalDependencies).toBeUndefined();
  expect(lockfile.packages["node_modules/ws"]?.dependencies).toBeUndefined();
});

test("the hub has at most 20 direct dependencies at run time", () => {
  const hub = readJson("hub/package.json") as Manifest;
  expect(Object.keys(hub.dependencies ?? {}).length).toBeLessThanOrEqual(20);
});

test("whatever a package imports it also declares", () => {
  const rootTools = Object.keys(allDependencies(readJson("package.json") as Manifest));
  const undeclared = manifests.flatMap(([file, manifest]) => {
    const folder = file.replace("package.json", "");
    if (folder === "") return [];
    const runtime = [...Object.keys(manifest.dependencies ?? {}), manifest.name ?? ""];
    const development = [
      ...rootTools,
      ...Object.keys(allDependencies(manifest)),
      "@yardarm/simulator",
      "@yardarm/testkit",
    ];
    const sources = listFiles().filter((source) => source.startsWith(folder) && SOURCE_FILE.test(source));
    return sources.flatMap((source) => {
      const isTooling =
        TEST_FILE.test(source) ||
        source.endsWith(".config.ts") ||
        /^(testkit|e2e|bench|deploy|docs|web\/dev)\//.test(source);
      const declared = isTooling ? [...runtime, ...development] : runtime;
      return findImports(readSource(source))
        .filter(({ typeOnly, specifier }) => !typeOnly && !/^(node:|\.)/.test(specifier))
        .map(({ specifier }) =>
          specifier
            .split("/")
            .slice(0, specifier.startsWith("@") ? 2 : 1)
            .join("/"),
        )
        .filter((name) => !declared.includes(name))
        .map((name) => `${source} imports ${name}, which ${file} does not declare`);
    });
  });
  expect(undeclared).toEqual([]);
});

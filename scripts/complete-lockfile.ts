import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./bootstrap.mjs";

/**
 * `node scripts/complete-lockfile.ts`, after `npm install` against a registry that lacks the builds of our tools for other platforms: adds the
 * optional packages that npm left out of the lockfile, because `npm ci` refuses a lockfile without them. Their version is the one that their
 * tool pins, their platform stands in their name; a checksum they get from the next `npm install` that can see them.
 */

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS: readonly (readonly [string, string])[] = [
  ["arm64", "arm64"],
  ["x64", "x64"],
  ["arm-", "arm"],
  ["ia32", "ia32"],
  ["ppc64", "ppc64"],
  ["riscv64", "riscv64"],
  ["s390x", "s390x"],
  ["wasm32", "wasm32"],
];

/** `@scope/binding-linux-arm64-musl` → linux, arm64, musl. */
function platformOf(name: string) {
  const os = SYSTEMS.filter((system) => name.includes(system));
  const cpu = PROCESSORS.filter(([mark]) => name.includes(mark)).map(([, processor]) => processor);
  if (cpu.length !== 1 || os.length > 1) throw new Error(`Cannot tell the platform of ${name} from its name.`);
  const libc = os[0] !== "linux" ? [] : name.includes("musl") ? ["musl"] : name.includes("gnu") ? ["glibc"] : [];
  return { ...(os.length > 0 && { os }), cpu, ...(libc.length > 0 && { libc }) };
}

/** Is `name` installed where a package at `place` would look for it? */
function isLocked(packages: Readonly<Record<string, LockedPackage>>, place: string, name: string): boolean {
  if (packages[path.posix.join(place, "node_modules", name)]) return true;
  if (place === "") return false;
  const above = place.lastIndexOf("/node_modules/");
  return isLocked(packages, above < 0 ? "" : place.slice(0, above), name);
}

const file = path.join(root, "package-lock.json");
const lockfile = JSON.parse(await readFile(file, "utf8")) as { packages: Record<string, LockedPackage> };
const added: Record<string, unknown> = {};
for (const [place, { optionalDependencies = {} }] of Object.entries(lockfile.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(lockfile.packages, place, name)) continue;
    if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${place} does not pin ${name} exactly, but by ${version}.`);
    added[`node_modules/${name}`] = { version, ...platformOf(name), optional: true };
  }
}
lockfile.packages = Object.fromEntries(
  Object.entries({ ...lockfile.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1)),
) as Record<string, LockedPackage>;
await writeFile(file, `${JSON.stringify(lockfile, null, 2)}\n`);
console.log(`${Object.keys(added).length} optional packages of other platforms added to package-lock.json.`);

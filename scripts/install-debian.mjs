// Installs what the tests need from Debian's own packages: node scripts/install-debian.mjs [--check]
// Doing it again is harmless. Plain JavaScript: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A busybox that needs no library of the host, or no container could run it. */
const isStaticBusybox = () => existsSync("/bin/busybox") && !readFileSync("/bin/busybox").includes("/ld-linux");

const hasPostgres = () =>
  existsSync("/usr/lib/postgresql") &&
  readdirSync("/usr/lib/postgresql").some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/initdb`));

/** @type {readonly {package: string, isThere: () => boolean, why: string}[]} */
const NEEDS = [
  {
    package: "docker.io",
    isThere: () => existsSync("/usr/sbin/dockerd"),
    why: "the private Docker engine of the tests",
  },
  { package: "iptables", isThere: () => existsSync("/usr/sbin/iptables"), why: "dockerd looks for it" },
  {
    package: "iproute2",
    isThere: () => existsSync("/usr/bin/ip") || existsSync("/bin/ip"),
    why: "the engine's own bridge",
  },
  { package: "busybox-static", isThere: isStaticBusybox, why: "the image that test containers run" },
  { package: "postgresql", isThere: hasPostgres, why: "a private PostgreSQL cluster" },
  {
    package: "nginx-light",
    isThere: () => existsSync("/usr/sbin/nginx"),
    why: "the reverse proxy with TLS in front of a hub",
  },
  {
    package: "openssl",
    isThere: () => existsSync("/usr/bin/openssl"),
    why: "a certificate authority of the tests' own",
  },
  { package: "curl", isThere: () => existsSync("/usr/bin/curl"), why: "the pasted command with which a host joins" },
  { package: "chromium", isThere: () => existsSync("/usr/bin/chromium"), why: "the browser tests" },
  {
    package: "fonts-dejavu-core",
    isThere: () => existsSync("/usr/share/fonts/truetype/dejavu"),
    why: "readable text in the browser tests",
  },
];

/** What is missing on this machine. */
const missingPackages = () => NEEDS.filter(({ isThere }) => !isThere());

/** @param {string} sentence */
const say = (sentence) => console.error(`▸ ${sentence}`);

/** @param {readonly string[]} options */
function apt(options) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", options, { env, stdio: ["ignore", 2, 2] }).status === 0;
}

/**
 * Installs what is missing.
 * @returns {string | undefined} a sentence when something is missing still, and nothing when all is there
 */
function installMissing() {
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  const names = missing.map((need) => need.package);
  const list = names.join(" ");
  if (!existsSync("/usr/bin/apt-get")) {
    return `The tests need ${list} (Debian's names), and this machine has no apt-get: install them by your system's means.`;
  }
  if (process.getuid?.() !== 0) {
    return `The tests need Debian packages that are missing, and only root may install them: run «sudo apt-get install ${list}» first.`;
  }
  for (const need of missing) say(`${need.package} is missing (${need.why}); installing it.`);
  const install = ["install", "--yes", "--no-install-recommends", ...names];
  // Package lists may be absent or out of date, so a refusal is answered with fresh ones.
  if (!apt(["update", "--quiet"]) || !apt(install)) return `apt-get could not install ${list}; its output is above.`;
  const still = missingPackages();
  if (still.length === 0) return undefined;
  return `apt-get ended without an error, but what these packages bring is still missing: ${still.map((need) => need.package).join(", ")}.`;
}

const problem = process.argv.includes("--check")
  ? missingPackages()
      .map((need) => `${need.package} is missing: ${need.why}`)
      .join("\n")
  : installMissing();
if (problem) {
  console.error(`✗ ${problem}`);
  process.exitCode = 1;
} else say("Everything that the tests need from Debian is installed.");

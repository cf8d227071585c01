// What `npm start` and `npm test` do first. Plain JavaScript without dependencies: a bare clone has neither
// node_modules nor a Node that could run TypeScript, and the system's Node may be 20.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
/** The Node of the pinned npm package `node`: it runs everything after the installation. */
const pinnedNode = path.join(root, "node_modules/.bin/node");

const MINIMUM_MAJOR = 24;
const MINIMUM_MINOR = 7;

/** @param {string} sentence */
export const say = (sentence) => console.error(`▸ ${sentence}`);

/** What cannot be done, as a sentence for the person who asked. */
export class Refusal extends Error {}

/** @param {string} sentence @returns {never} */
function refuse(sentence) {
  throw new Refusal(sentence);
}

/** The environment of everything we start: our Node first, and no browser download. */
export const environment = {
  ...process.env,
  PATH: `${path.join(root, "node_modules/.bin")}${path.delimiter}${process.env.PATH ?? ""}`,
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
};

/** @param {string} program @param {readonly string[]} options */
function runOrGiveUp(program, options) {
  const { status, error } = spawnSync(program, options, { cwd: root, env: environment, stdio: ["ignore", 2, 2] });
  if (error) refuse(`${program} cannot be started: ${error.message}`);
  if (status !== 0)
    refuse(`«${[path.basename(program), ...options].join(" ")}» failed (exit code ${status}); its output is above.`);
}

/** @param {string} file */
const modifiedAt = (file) => (existsSync(file) ? statSync(file).mtimeMs : Number.NEGATIVE_INFINITY);

function pinnedVersion() {
  const { stdout } = spawnSync(pinnedNode, ["--version"], { encoding: "utf8" });
  return stdout?.trim() || "none";
}

/** @param {string} version as in v24.21.0 */
function isRecent(version) {
  const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
  return major > MINIMUM_MAJOR || (major === MINIMUM_MAJOR && minor >= MINIMUM_MINOR);
}

/** Installs the npm packages when they are missing or older than the lockfile, and makes sure that the pinned Node is really there. */
export function installPackages() {
  const installedAt = modifiedAt(path.join(root, "node_modules/.package-lock.json"));
  if (installedAt < modifiedAt(path.join(root, "package-lock.json"))) {
    say(
      "Installing the npm packages of the lockfile (npm ci); warnings about the engine are expected on an older system Node.",
    );
    runOrGiveUp("npm", ["ci", "--no-audit", "--no-fund"]);
  }
  if (!isRecent(pinnedVersion())) {
    say(`The pinned Node is not in place (found: ${pinnedVersion()}); fetching it with npm rebuild node.`);
    runOrGiveUp("npm", ["rebuild", "node", "--ignore-scripts=false"]);
  }
  const version = pinnedVersion();
  if (!isRecent(version)) {
    refuse(
      `Node ${MINIMUM_MAJOR}.${MINIMUM_MINOR} or newer is needed, and ${pinnedNode} is ${version}. It comes with the npm package "node".`,
    );
  }
}

/** The newest modification below the given files and folders, installed and built things left out. @param {readonly string[]} places */
function newestBelow(places) {
  let newest = Number.NEGATIVE_INFINITY;
  for (const place of places) {
    const absolute = path.join(root, place);
    if (!existsSync(absolute)) continue;
    newest = Math.max(newest, modifiedAt(absolute));
    if (!statSync(absolute).isDirectory()) continue;
    const inside = readdirSync(absolute).filter((name) => name !== "node_modules" && name !== "dist");
    newest = Math.max(newest, newestBelow(inside.map((name) => path.join(place, name))));
  }
  return newest;
}

const BUILDS = [
  {
    what: "the web pages (web/dist)",
    result: "web/dist/index.html",
    sources: ["web", "protocol"],
    command: ["npm", "run", "build", "--workspace", "web"],
  },
  {
    what: "the agent as one file (deploy/dist/yardarm-agent.mjs)",
    result: "deploy/dist/yardarm-agent.mjs",
    sources: ["agent", "protocol", "deploy"],
    command: [pinnedNode, "deploy/bundle-agent.ts"],
  },
];

/** Builds what has sources newer than its result. */
export function buildProducts() {
  for (const { what, result, sources, command } of BUILDS) {
    if (modifiedAt(path.join(root, result)) >= newestBelow(sources)) continue;
    say(`Building ${what}.`);
    const [program = "", ...options] = command;
    runOrGiveUp(program, options);
    if (!existsSync(path.join(root, result))) refuse(`«${command.join(" ")}» did not write ${result}.`);
  }
}

/**
 * Runs a program on the pinned Node and ends with its exit code. The program gets a process group of its own, so that a signal, a terminal's
 * Ctrl-C included, reaches it exactly once, through us; then we wait until it has tidied up.
 * @param {string} program a file of this repository
 * @param {readonly string[]} options
 */
export function becomeNodeProgram(program, options) {
  const child = spawn(pinnedNode, [path.join(root, program), ...options], {
    detached: true,
    env: environment,
    stdio: "inherit",
  });
  let passedOn = false;
  /** @param {NodeJS.Signals} name */
  const passOn = (name) => {
    if (passedOn) return; // npm repeats a terminal's Ctrl-C
    passedOn = true;
    child.kill(name);
  };
  process.on("SIGINT", passOn);
  process.on("SIGTERM", passOn);
  process.on("SIGHUP", passOn);
  if (process.env.npm_lifecycle_event) {
    // A killed npm says nothing, but it is our parent no longer. (Without npm a parent may well leave us running on purpose.)
    const npm = process.ppid;
    setInterval(() => process.ppid !== npm && passOn("SIGTERM"), 500).unref();
  }
  child.on("error", (error) => {
    console.error(`✗ ${pinnedNode} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 1);
  });
}

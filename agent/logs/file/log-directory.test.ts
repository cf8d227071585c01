import { chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeTempDir, type TempDir } from "../../../testkit/temp-dir.ts";
import type { LogContainer, LogSource } from "../log-source.ts";
import { HostLogSources, onlySource } from "../log-sources.ts";
import { FileSource } from "./file-source.ts";
import { type EnginePlace, findLogDirectory, listLogFiles } from "./log-directory.ts";

const dockerId = asId<DockerId>("c".repeat(64));
const fileName = `${dockerId}-json.log`;

describe("which files may be read", () => {
  let temp: TempDir;
  let root: string;
  let directory: string;
  let place: EnginePlace;

  beforeEach(async () => {
    temp = await makeTempDir("place");
    root = join(temp.path, "root");
    directory = join(root, "containers", dockerId);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, fileName), "");
    const socketPath = join(temp.path, "engine.sock");
    writeFileSync(socketPath, "");
    place = { endpoint: { kind: "unix", socketPath }, identity: { kind: "docker", rootDirectory: root } };
  });
  afterEach(() => temp.remove());

  const container = (changes: Partial<LogContainer> = {}): LogContainer => {
    const logPath = join(directory, fileName);
    return { dockerId, tty: false, logDriver: "json-file", logOptions: {}, logPath, ...changes };
  };
  const reason = (changes: Partial<LogContainer> = {}, where: EnginePlace = place): string => {
    const answer = findLogDirectory(container(changes), where);
    return answer.kind === "refused" ? answer.reason : "";
  };

  test("the engine's own file in its own place, also when inspect names no path yet", () => {
    expect(findLogDirectory(container(), place)).toMatchObject({ kind: "readable", directory: { fileName } });
    expect(findLogDirectory(container({ logPath: null }), place).kind).toBe("readable");
  });

  test("an engine's directory behind a link is the same place", () => {
    const link = join(temp.path, "link");
    symlinkSync(root, link);
    const identity = { kind: "docker", rootDirectory: link } as const;
    expect(findLogDirectory(container(), { ...place, identity }).kind).toBe("readable");
  });

  test("never another driver, an engine over the network, Podman, or one that does not say where", () => {
    expect(reason({ logDriver: "journald" })).toContain("journald");
    const tcp = { kind: "tcp", host: "h", port: 1, tls: null } as const;
    expect(reason({}, { ...place, endpoint: tcp })).toContain("over the network");
    expect(reason({}, { ...place, identity: { kind: "podman", rootDirectory: root } })).toContain("Podman");
    expect(reason({}, { ...place, identity: { kind: "docker", rootDirectory: "" } })).toContain("does not say");
    expect(reason({}, { ...place, identity: null })).toContain("not said yet");
  });

  test("never a path that somebody chose", () => {
    expect(reason({ logPath: "/etc/shadow" })).toContain("outside the container's own directory");
    expect(reason({ logPath: join(root, "containers", "other", fileName) })).toContain("outside");
    expect(reason({ logPath: join(directory, "..", dockerId, "..", "..", "x") })).toContain("outside");
  });

  test("never through a link, neither of the directory nor of the file", () => {
    renameSync(directory, join(temp.path, "elsewhere"));
    symlinkSync(join(temp.path, "elsewhere"), directory);
    expect(reason()).toContain("link to somewhere else");
    rmSync(directory);
    mkdirSync(directory);
    writeFileSync(join(temp.path, "secret"), "secret");
    symlinkSync(join(temp.path, "secret"), join(directory, fileName));
    expect(reason()).toContain("cannot be read directly");
  });

  test("never what is no file, or belongs to somebody else", () => {
    rmSync(join(directory, fileName));
    mkdirSync(join(directory, fileName));
    expect(reason()).toContain("not a regular file");
    rmSync(join(directory, fileName), { recursive: true });
    expect(reason()).toContain("no log file yet");
    rmSync(directory, { recursive: true });
    expect(reason()).toContain("not where the engine keeps it");
  });

  test.runIf(process.getuid?.() === 0)("never a file of somebody other than the engine", () => {
    chownSync(join(directory, fileName), 12_345, 12_345);
    expect(reason()).toContain("somebody other than the engine");
  });

  test("files are listed oldest first; one under compression counts once, strangers do not", () => {
    for (const end of [".1", ".1.gz", ".2.gz", ".10.gz", ".0", ".old", ".gz", "-20260101"]) {
      writeFileSync(join(directory, `${fileName}${end}`), "");
    }
    writeFileSync(join(directory, "config.v2.json"), "");
    const answer = findLogDirectory(container(), place);
    const names = answer.kind === "readable" ? listLogFiles(answer.directory) : [];
    expect(names.map((name) => name.slice(fileName.length))).toEqual([".10.gz", ".2.gz", ".1", ""]);
  });

  test("[LOGS-14] what is not read from its files is read from the API, and why is said", () => {
    const file = new FileSource({ place: () => place, inspect: async () => "running" });
    const api: LogSource = { kind: "api", followsRotation: false, open: () => expect.fail("nothing is opened") };
    const sources = new HostLogSources({ file, api, prefer: "auto" });
    expect(sources.choose(container())).toEqual({ source: file, reason: null });
    expect(sources.choose(container({ logDriver: "local" }))).toMatchObject({
      source: api,
      reason: expect.stringContaining("local"),
    });
    expect(new HostLogSources({ file, api, prefer: "api" }).choose(container()).source).toBe(api);
    expect(onlySource(api).choose(container())).toEqual({ source: api, reason: null });
  });
});

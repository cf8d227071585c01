import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { makeTempDir, type TempDir } from "@yardarm/testkit/temp-dir";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { joinCommands } from "./join-commands.ts";

const BUNDLE = "console.log('an agent');\n";
const JOIN_TOKEN = "yjt_the-secret-of-this-host";
const HUB_URL = "https://hub.example:8443";

const commandsFor = (hubUrl: string) =>
  joinCommands({
    hubUrl,
    joinToken: JOIN_TOKEN,
    bundleSha256: createHash("sha256").update(BUNDLE).digest("hex"),
  });

/** What a person's machine has, as far as the commands go: each writes down how it was called, an argument per line. */
const PROGRAMS: Readonly<Record<string, string>> = {
  curl: 'cp "$STAGE/bundle" "$2"',
  docker: 'printf "%s\\n" "$@" > "$STAGE/docker"',
  node: '{ env | grep ^AGENT_ | sort; printf "%s\\n" "$@"; } > "$STAGE/node"',
  sudo: 'if [ "$1" = tee ]; then cat > "$STAGE/$(basename "$2")"; else printf "%s\\n" "$*" > "$STAGE/sudo"; fi',
};

describe("the commands that a new host is given, pasted into a shell", () => {
  let home: TempDir;
  let stage: string;

  beforeEach(async () => {
    home = await makeTempDir("join");
    stage = path.join(home.path, "stage");
    await mkdir(path.join(stage, "bin"), { recursive: true });
    await writeFile(path.join(stage, "bundle"), BUNDLE);
    for (const [name, script] of Object.entries(PROGRAMS)) {
      await writeFile(path.join(stage, "bin", name), `#!/bin/sh\n${script}\n`);
      await chmod(path.join(stage, "bin", name), 0o755);
    }
  });
  afterEach(() => home.remove());

  const paste = (script: string) =>
    promisify(execFile)("sh", ["-ec", script], {
      env: { HOME: home.path, STAGE: stage, PATH: `${stage}/bin:${process.env.PATH}` },
    });
  const said = async (name: string): Promise<string[]> =>
    (await readFile(path.join(stage, name), "utf8")).trimEnd().split("\n");
  const expectDownloaded = async (): Promise<void> => {
    const folder = path.join(home.path, ".yardarm");
    expect(await readFile(path.join(folder, "yardarm-agent.mjs"), "utf8")).toBe(BUNDLE);
    expect(await readFile(path.join(folder, "join-token"), "utf8")).toBe(`${JOIN_TOKEN}\n`);
    expect((await stat(path.join(folder, "join-token"))).mode & 0o777).toBe(0o600);
  };

  test("[HOST-01] Node: it is fetched, checked and started, and the token is in no argument", async () => {
    await paste(commandsFor(HUB_URL).node);
    await expectDownloaded();
    expect(await said("node")).toEqual([
      `AGENT_API_URL=${HUB_URL}`,
      `AGENT_STATE_DIR=${home.path}/.yardarm/state`,
      `AGENT_TOKEN_FILE=${home.path}/.yardarm/join-token`,
      "yardarm-agent.mjs",
    ]);
  });

  test("[HOST-01] another file than the one that was promised is not started", async () => {
    await writeFile(path.join(stage, "bundle"), "something else");
    await expect(paste(commandsFor(HUB_URL).node)).rejects.toThrow("yardarm-agent.mjs");
    await expect(said("node")).rejects.toThrow("ENOENT");
  });

  test("[HOST-01] docker run: one container with what the agent needs and nothing else", async () => {
    await paste(commandsFor(HUB_URL).dockerRun);
    await expectDownloaded();
    expect(await said("docker")).toEqual([
      ...["run", "-d", "--name", "yardarm-agent", "--restart", "unless-stopped", "--network", "host"],
      ...["-v", `${home.path}/.yardarm:/yardarm`, "-v", "/var/run/docker.sock:/var/run/docker.sock"],
      ...["-e", `AGENT_API_URL=${HUB_URL}`, "-e", "AGENT_TOKEN_FILE=/yardarm/join-token"],
      ...["-e", "AGENT_STATE_DIR=/yardarm/state", "node:24-slim", "node", "/yardarm/yardarm-agent.mjs"],
    ]);
  });

  test("[HOST-01] systemd: the unit is one that systemd takes", async () => {
    await paste(commandsFor(HUB_URL).systemd);
    await expectDownloaded();
    const unit = path.join(stage, "yardarm-agent.service");
    expect(await readFile(unit, "utf8")).toBe(
      [
        "[Unit]",
        "Description=Yardarm agent",
        "Wants=network-online.target",
        "After=network-online.target docker.service",
        "[Service]",
        `Environment="AGENT_TOKEN_FILE=${home.path}/.yardarm/join-token"`,
        `Environment="AGENT_STATE_DIR=${home.path}/.yardarm/state"`,
        `Environment="AGENT_API_URL=${HUB_URL}"`,
        `ExecStart="${stage}/bin/node" "${home.path}/.yardarm/yardarm-agent.mjs"`,
        "Restart=always",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
      ].join("\n"),
    );
    expect(await said("sudo")).toEqual(["systemctl enable --now yardarm-agent"]);
    // Where there is no systemd, nobody can be asked.
    if (hasSystemd()) {
      const { stderr } = await promisify(execFile)("systemd-analyze", ["verify", "--man=no", unit]);
      expect(stderr.split("\n").filter((line) => line.includes("yardarm-agent.service"))).toEqual([]);
    }
  });
});

test("[HOST-01] Compose: a file of one service with the same image, mounts and variables", () => {
  const [hint, ...file] = commandsFor(HUB_URL).compose.split("\n");
  expect(hint).toMatch(/^# /);
  expect(readYaml(file)).toEqual({
    services: {
      "yardarm-agent": {
        image: "node:24-slim",
        command: "node /yardarm/yardarm-agent.mjs",
        restart: "unless-stopped",
        network_mode: "host",
        volumes: ["$HOME/.yardarm:/yardarm", "/var/run/docker.sock:/var/run/docker.sock"],
        environment: [
          `AGENT_API_URL=${HUB_URL}`,
          "AGENT_TOKEN_FILE=/yardarm/join-token",
          "AGENT_STATE_DIR=/yardarm/state",
        ],
      },
    },
  });
});

test("[HOST-01] plain HTTP beyond this machine is asked for in every command, and in none on this machine", () => {
  for (const command of Object.values(commandsFor("http://10.0.0.7:8080"))) {
    expect(command).toContain("AGENT_ALLOW_INSECURE=1");
  }
  for (const hubUrl of ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", HUB_URL]) {
    for (const command of Object.values(commandsFor(hubUrl))) expect(command).not.toContain("INSECURE");
  }
});

const hasSystemd = (): boolean => {
  try {
    execFileSync("systemd-analyze", ["--version"]);
    return true;
  } catch {
    return false;
  }
};

type Yaml = string | readonly string[] | { readonly [key: string]: Yaml };

/** As much of YAML as the file uses: nested keys, plain values, lists of plain values. Throws for anything else. */
const readYaml = (lines: readonly string[]): Yaml => {
  const indentOf = (line: string): number => line.length - line.trimStart().length;
  const indent = indentOf(lines[0] ?? "");
  const items: string[] = [];
  const keys: Record<string, Yaml> = {};
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string;
    if (indentOf(line) !== indent) throw new Error(`Not indented like its neighbours: ${line}`);
    let next = at + 1;
    while (next < lines.length && indentOf(lines[next] as string) > indent) next++;
    const [, item] = /^ *- ([^\s#{}[\]&*!|>'"%@`][^#'"]*)$/.exec(line) ?? [];
    const [, key, value] = /^ *([a-z_-]+):(?: (\S.*))?$/.exec(line) ?? [];
    const hasInner = next > at + 1;
    if (item !== undefined && !hasInner) items.push(item);
    else if (key !== undefined && (value === undefined) === hasInner) {
      keys[key] = value ?? readYaml(lines.slice(at + 1, next));
    } else throw new Error(`Not understood: ${line}`);
    at = next;
  }
  if (items.length > 0 && Object.keys(keys).length > 0) throw new Error("A list and keys in one place.");
  return items.length > 0 ? items : keys;
};

import { rmSync } from "node:fs";
import { asId, type DockerId } from "@yardarm/protocol/ids";
import { afterAll, beforeAll } from "vitest";
import { JsonFileLog } from "../../../testkit/json-file-log.ts";
import { makeTempDir, type TempDir } from "../../../testkit/temp-dir.ts";
import type { ContainerRun } from "../container-run.ts";
import { logSourceContract } from "../log-source.contract.ts";
import { FileSource } from "./file-source.ts";

let temp: TempDir;
let containers = 0;
const runs = new Map<DockerId, ContainerRun>();

beforeAll(async () => {
  temp = await makeTempDir("files");
});
afterAll(() => temp.remove());

logSourceContract("the json-file driver's files", {
  open: () =>
    new FileSource({
      place: () => ({
        // Whoever owns the socket is the engine's user; here a directory stands in for it.
        endpoint: { kind: "unix", socketPath: temp.path },
        identity: { kind: "docker", rootDirectory: temp.path },
      }),
      inspect: async ({ dockerId }) => runs.get(dockerId) ?? "gone",
    }),
  run: async ({ tty }) => {
    const dockerId = asId<DockerId>((++containers).toString(16).padStart(64, "0"));
    const log = new JsonFileLog(temp.path, dockerId);
    runs.set(dockerId, "running");
    const lineEnd = Buffer.from(tty ? "\r\n" : "\n");
    return {
      container: { dockerId, tty, logDriver: "json-file", logOptions: {}, logPath: log.path },
      write: async (stream, line) =>
        log.write(stream === 0 ? "stdout" : "stderr", Buffer.concat([Buffer.from(line as string), lineEnd])),
      stop: async () => void runs.set(dockerId, "stopped"),
      [Symbol.asyncDispose]: async () => {
        runs.delete(dockerId);
        rmSync(log.directory, { recursive: true });
      },
    };
  },
});

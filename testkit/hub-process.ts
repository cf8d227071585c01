import path from "node:path";
import { lastingPort } from "./free-port.ts";
import { type HubSession, signInTo } from "./hub-session.ts";
import { type Program, startProgram } from "./program.ts";
import { makeTempDir } from "./temp-dir.ts";

/** The `yardarm` command. */
export const YARDARM = path.resolve(import.meta.dirname, "../cli/main.ts");

/** The owner of every hub that is started claimed. */
export const OWNER = { email: "owner@example.com", password: "correct horse battery staple" } as const;

export interface HubProcessOptions {
  /** `hub` alone, or `up` with its local agent, which looks at the engine of `DOCKER_HOST`. */
  readonly command: "hub" | "up";
  /** More arguments, such as `--demo`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** True leaves it without an owner: it prints its setup link. */
  readonly isUnclaimed?: boolean;
}

/** A hub as people run it, in a process of its own with its own data directory and port. */
export interface HubProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** The process as it runs now; another one after `restart`. */
  readonly program: () => Program;
  /** As `OWNER`. */
  readonly signIn: () => Promise<HubSession>;
  /** SIGKILL; returns when the process is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same data and port; returns when it is ready. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes its data. */
  readonly stop: () => Promise<void>;
}

const READY = /"msg":"hub is ready"/;

/**
 * Starts a hub and returns when it listens.
 * @throws Error with what the hub said, when it does not
 */
export const startHubProcess = async (options: HubProcessOptions): Promise<HubProcess> => {
  const directory = await makeTempDir("hub");
  const dataDirectory = path.join(directory.path, "data");
  const port = await lastingPort();
  const env = {
    YARDARM_DATA: dataDirectory,
    YARDARM_PORT: String(port),
    YARDARM_DRAIN_SECONDS: "1",
    ...(options.isUnclaimed === true
      ? {}
      : { YARDARM_ADMIN_EMAIL: OWNER.email, YARDARM_ADMIN_PASSWORD: OWNER.password }),
    ...options.env,
  };
  const start = async (): Promise<Program> => {
    const started = startProgram({ file: YARDARM, args: [options.command, ...(options.args ?? [])], env });
    await started.says(READY);
    return started;
  };
  let program: Program;
  try {
    program = await start();
  } catch (error) {
    await directory.remove();
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await program.stop();
    await directory.remove();
  };
  return {
    url,
    port,
    dataDirectory,
    program: () => program,
    signIn: () => signInTo(url, OWNER),
    kill: () => program.kill(),
    restart: async () => {
      program = await start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const FIRST_RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 30_000;

export type Child = {
  /** Ends it and resolves when it is gone. */
  readonly stop: () => Promise<void>;
};

/** What a child needs of this process's environment: never the hub's secrets. */
const INHERITED = /^(PATH|HOME|TMPDIR|TZ|LANG|LC_.*|XDG_RUNTIME_DIR|DOCKER_.*|NODE_EXTRA_CA_CERTS)$/;

const inherited = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name)));

/**
 * Keeps a program of ours running beside the hub. It gets an IPC channel, whose end tells it that the hub is gone, so
 * that a killed hub leaves nothing behind. One that fails is started again, ever more slowly; exit code 0 is an end.
 */
export const keepRunning = (options: {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sent to each new process. */
  readonly message?: object;
  readonly say: (sentence: string) => void;
}): Child => {
  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | null = null;
  let delayMs = FIRST_RESTART_MS;
  let isStopping = false;

  const start = (): void => {
    timer = null;
    const started = spawn(process.execPath, [options.file], {
      env: { ...inherited(), ...options.env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    child = started;
    if (options.message !== undefined) started.send(options.message);
    started.once("exit", (code) => {
      child = null;
      if (isStopping || code === 0) return;
      options.say(`A local process ended (code ${code}); it is started again in ${delayMs / 1000} s.`);
      timer = setTimeout(start, delayMs);
      delayMs = Math.min(delayMs * 2, LONGEST_RESTART_MS);
    });
  };

  start();
  return {
    stop: async () => {
      isStopping = true;
      if (timer !== null) clearTimeout(timer);
      if (child === null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
};
